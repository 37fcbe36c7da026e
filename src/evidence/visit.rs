//! [`visit`]: opens one file and hands its leaves to a [`Visitor`], bundle by bundle.

use std::fs::File;
use std::io::Read;
use std::sync::atomic::AtomicU64;

use super::content::Content;
use super::custody::{Custody, Hashed, Meter};
use super::discover::{EvidenceFile, Opened};
use super::fault::{Refusal, refused};
use super::limits::Limits;
use super::names::{Escape, LeafName, folder_of_bundle};
use super::sniff::Form;
use crate::model::{Problem, ProblemCode};

/// Receives leaves in the fixed order of the file or bundle.
///
/// For each leaf `leaf` is called and then `finished`; for each bundle `bundle`, once its members are
/// through; for what is not read at all `refused`. Whatever is met ends in exactly one of the three.
pub trait Visitor {
    /// Reads one leaf's inflated content as far as it wants to.
    ///
    /// An error from `content` carries a [`super::ReadFault`], comes again on every further read, and
    /// is told to `finished` too; every byte before it was handed over. Content that is packed in a
    /// way that is not read gives its error at once.
    fn leaf(&mut self, name: &LeafName, content: &mut dyn Read);

    /// Tells what the leaf's bytes were, and what broke reading them, if anything, with the offset in
    /// the inflated bytes. Where `leaf` stopped reading early, what it left was hashed, not inflated.
    fn finished(&mut self, name: &LeafName, custody: &Custody, fault: Option<&Problem>);

    /// A bundle was worked through. `path` is written like that of a leaf, `outer_bundle` like the
    /// bundle of a leaf; `members` counts those visited or refused, folders not among them. With
    /// `NestedTooDeep` as its fault, none was looked at.
    fn bundle(&mut self, path: &str, outer_bundle: &str, custody: &Custody, members: u64, fault: Option<&Problem>);

    /// A member or file refused unread.
    fn refused(&mut self, refusal: &Refusal);
}

/// Opens one file and hands its leaf, or the leaves of the bundle it is, to the visitor.
///
/// `bytes_read` is increased by the bytes read from the file, by its size in all.
pub fn visit(file: &EvidenceFile, limits: &Limits, bytes_read: &AtomicU64, visitor: &mut dyn Visitor) {
    let opened = match file.open() {
        Ok(opened) => opened,
        Err(problem) => {
            visitor.refused(&Refusal { path: file.path(), bundle: String::new(), problem });
            return;
        }
    };
    let meter = Meter::new(bytes_read);
    let place = Place::of_file(file);
    let mut walk = Walk { limits, meter: &meter, visitor };
    match opened {
        Opened::Disk(file) => walk.object(&place, &mut &file, Some(&file)),
        Opened::Object(mut object) => walk.object(&place, &mut object, None),
    }
}

/// Where an object stands: its names, and how many bundles are around it.
pub(super) struct Place {
    pub(super) name: LeafName,
    /// Its path in what directly holds it.
    own_path: String,
    depth: u32,
}

impl Place {
    fn of_file(file: &EvidenceFile) -> Self {
        let name = LeafName { path: file.path(), bundle: String::new(), hint_path: file.hint_path() };
        Self { own_path: name.path.clone(), name, depth: 0 }
    }

    /// The place of a member of the bundle that stands here.
    fn of_member(&self, own_path: String) -> Self {
        let name = LeafName {
            path: format!("{}/{own_path}", folder_of_bundle(&self.name.path)),
            bundle: self.bundle_label(),
            hint_path: format!("{}/{own_path}", folder_of_bundle(&self.name.hint_path)),
        };
        Self { name, own_path, depth: self.depth.saturating_add(1) }
    }

    /// What members of the bundle that stands here call it.
    fn bundle_label(&self) -> String {
        if self.name.bundle.is_empty() {
            self.own_path.clone()
        } else {
            format!("{} > {}", self.name.bundle, self.own_path)
        }
    }
}

/// How a bundle was left.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) members: u64,
    pub(super) fault: Option<Problem>,
}

/// One visit under way.
pub(super) struct Walk<'a> {
    pub(super) limits: &'a Limits,
    pub(super) meter: &'a Meter<'a>,
    pub(super) visitor: &'a mut dyn Visitor,
}

impl Walk<'_> {
    /// Works through one object; `file` is the file on disk, where the object is that itself.
    fn object(&mut self, place: &Place, source: &mut dyn Read, file: Option<&File>) {
        let (limits, meter) = (self.limits, self.meter);
        let mut raw = Hashed::new(source, (place.depth == 0).then_some(meter));
        let mut content = Content::open(&mut raw, limits);
        let compression = content.compression();
        if !matches!(content.form(), Form::Tar | Form::Zip) {
            content.meter(meter, limits);
            if place.depth > 0 || content.is_compressed() {
                content.cap(limits.inflated_bytes_max);
            }
            self.visitor.leaf(&place.name, &mut content);
            let (inflated, fault) = (content.handed(), content.problem().cloned());
            drop(content);
            self.finish(place, raw, inflated, compression, fault);
            return;
        }
        let on_disk = file.filter(|_| content.form() == Form::Zip && !content.is_compressed());
        let walked = match on_disk {
            _ if place.depth >= limits.bundle_depth_max => self.too_deep(),
            // Its members are visited once its bytes are hashed: they lie in another order.
            Some(_) => Walked::default(),
            None => self.packed_bundle(place, &mut content),
        };
        let inflated = content.handed();
        drop(content);
        match on_disk.filter(|_| walked.fault.is_none()) {
            None => self.close(place, raw, inflated, compression, walked),
            Some(file) => self.zip_file(place, raw, file),
        }
    }

    fn finish(
        &mut self,
        place: &Place,
        mut raw: Hashed<'_>,
        inflated: u64,
        compression: &'static str,
        fault: Option<Problem>,
    ) {
        raw.drain();
        let fault = fault.or_else(|| raw.problem().cloned());
        self.visitor.finished(&place.name, &raw.custody(inflated, compression), fault.as_ref());
    }

    fn close(&mut self, place: &Place, mut raw: Hashed<'_>, inflated: u64, compression: &'static str, walked: Walked) {
        raw.drain();
        let fault = walked.fault.or_else(|| raw.problem().cloned());
        let custody = raw.custody(inflated, compression);
        self.visitor.bundle(&place.name.path, &place.name.bundle, &custody, walked.members, fault.as_ref());
    }

    /// A zip that is itself the file on disk.
    fn zip_file(&mut self, place: &Place, mut raw: Hashed<'_>, file: &File) {
        raw.leave_counting_to_members();
        raw.drain();
        let size = raw.size();
        let walked = self.zip(place, file, Some(self.meter));
        self.meter.take(size.saturating_sub(self.meter.taken()));
        self.close(place, raw, size, "none", walked);
    }

    fn too_deep(&self) -> Walked {
        let what = format!("more than {} bundles, one inside another", self.limits.bundle_depth_max);
        Walked { members: 0, fault: Some(refused(ProblemCode::NestedTooDeep, what)) }
    }

    /// A bundle that comes as a stream of bytes.
    fn packed_bundle(&mut self, place: &Place, content: &mut Content<'_>) -> Walked {
        if content.form() == Form::Tar { self.tar(place, content) } else { self.spooled_zip(place, content) }
    }

    /// Works through one member of the bundle at `place`.
    pub(super) fn member(&mut self, place: &Place, own_path: String, source: &mut dyn Read) {
        self.object(&place.of_member(own_path), source, None);
    }

    /// Refuses a member of the bundle at `place` by its normalised path.
    pub(super) fn refuse(&mut self, place: &Place, own_path: String, code: ProblemCode, what: &str) {
        let problem = refused(code, format!("`{own_path}` {what}"));
        let name = place.of_member(own_path).name;
        self.visitor.refused(&Refusal { path: name.path, bundle: name.bundle, problem });
    }

    /// Refuses a member whose path cannot be followed; it is listed under the path as it stands.
    pub(super) fn refuse_path(&mut self, place: &Place, escape: Escape) {
        let problem = refused(ProblemCode::PathEscapes, format!("the path `{}` {}", escape.path, escape.reason));
        self.visitor.refused(&Refusal { path: escape.path, bundle: place.bundle_label(), problem });
    }
}
