//! A sheet while it is written: formats, rows of labels and values, tables.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Formula, ProtectionOptions,
    Workbook, Worksheet, XlsxError,
};

use crate::report::escape::visible;

use super::layout::{TICK_MARKS, fitting};

const INK: Color = Color::RGB(0x1F_2A_44);
const RULE: Color = Color::RGB(0xB8_C0_CC);
const HEAD: Color = Color::RGB(0xE6_EA_F0);
const INPUT: Color = Color::RGB(0xFF_F8_DC);

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The title of a sheet.
    Title,
    /// A line below it.
    Quiet,
    /// A heading inside it.
    Heading,
    /// A label before a value.
    Label,
    /// A value or text, over lines.
    Text,
    /// A text on one line.
    Line,
    /// A whole number.
    Count,
    /// A whole number beside its label.
    Figure,
    /// A number with two digits behind the point.
    Decimal,
    /// A share, in percent.
    Percent,
    /// The name of a column.
    Column,
    /// For whoever fills the paper in.
    Input,
    /// The same, in the middle.
    Tick,
    /// The same, for a day.
    Day,
    /// A figure that everything leads to.
    Strong,
}

impl Look {
    fn format(self) -> Format {
        let plain =
            Format::new().set_font_name("Arial").set_font_size(9).set_font_color(INK).set_align(FormatAlign::Top);
        let boxed = || plain.clone().set_border(FormatBorder::Thin).set_border_color(RULE);
        let input = || boxed().set_background_color(INPUT).set_unlocked();
        match self {
            Self::Title => plain.set_font_size(14).set_bold(),
            Self::Quiet => plain.set_font_color(Color::RGB(0x5A_64_75)),
            Self::Heading => plain.set_font_size(11).set_bold().set_border_bottom(FormatBorder::Medium),
            Self::Label => boxed().set_bold().set_background_color(HEAD).set_text_wrap(),
            Self::Text => boxed().set_text_wrap(),
            Self::Line => boxed(),
            Self::Count => boxed().set_num_format("#,##0").set_align(FormatAlign::Right),
            Self::Figure => boxed().set_num_format("#,##0").set_align(FormatAlign::Left),
            Self::Decimal => boxed().set_num_format("#,##0.00").set_align(FormatAlign::Right),
            Self::Percent => boxed().set_num_format("0.00%").set_align(FormatAlign::Right),
            Self::Column => {
                boxed().set_bold().set_background_color(HEAD).set_text_wrap().set_align(FormatAlign::VerticalCenter)
            }
            Self::Input => input().set_text_wrap(),
            Self::Tick => input().set_align(FormatAlign::Center),
            Self::Day => input().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left),
            Self::Strong => boxed().set_bold().set_text_wrap(),
        }
    }
}

/// What a cell holds.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    /// Text, never a formula.
    Text(Look, String),
    /// A number.
    Number(Look, f64),
    /// A formula of ours with the result it has as the paper goes out.
    Formula(Look, String, String),
    /// Room to write in.
    Room(Look),
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(Look::Text, text.into())
    }

    pub(super) fn line(text: impl Into<String>) -> Self {
        Self::Text(Look::Line, text.into())
    }

    #[expect(clippy::cast_precision_loss, reason = "cells hold doubles, and no count comes near where they are coarse")]
    pub(super) const fn count(count: u64) -> Self {
        Self::Number(Look::Count, count as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "cells hold doubles, and no count comes near where they are coarse")]
    pub(super) const fn figure(count: u64) -> Self {
        Self::Number(Look::Figure, count as f64)
    }
}

/// A text as cells hold it: signs that cannot be seen are shown by name, and what is too long is cut.
pub(super) fn shown(text: &str) -> String {
    let seen = visible(text);
    // `_x0041_` in a workbook is read as `A` by some programs and as it stands by others.
    let mut plain = String::with_capacity(seen.len());
    for (place, character) in seen.char_indices() {
        let follows = || seen.get(place + 1..).unwrap_or_default().bytes();
        let is_escape = character == '_'
            && follows().next() == Some(b'x')
            && follows().skip(1).take(4).filter(u8::is_ascii_hexdigit).count() == 4
            && follows().nth(5) == Some(b'_');
        match character {
            _ if is_escape => plain.push_str("\\u{5f}"),
            // XML has neither of these.
            '\u{fffe}' => plain.push_str("\\u{fffe}"),
            '\u{ffff}' => plain.push_str("\\u{ffff}"),
            other => plain.push(other),
        }
    }
    fitting(&plain)
}

/// A sheet while it is written.
pub(super) struct Page<'a> {
    pub(super) sheet: &'a mut Worksheet,
    pub(super) row: u32,
}

impl<'a> Page<'a> {
    /// Begins a sheet with its title and what it is of.
    pub(super) fn begin(
        book: &'a mut Workbook,
        name: &str,
        widths: &[f64],
        title: &str,
        about: &str,
    ) -> Result<Self, XlsxError> {
        Self::on(book.add_worksheet(), name, widths, title, about)
    }

    /// The same, of a sheet whose rows are written once, in order.
    pub(super) fn begin_long(
        book: &'a mut Workbook,
        name: &str,
        widths: &[f64],
        title: &str,
        about: &str,
    ) -> Result<Self, XlsxError> {
        Self::on(book.add_worksheet_with_constant_memory()?, name, widths, title, about)
    }

    fn on(sheet: &'a mut Worksheet, name: &str, widths: &[f64], title: &str, about: &str) -> Result<Self, XlsxError> {
        sheet.set_name(name)?.set_screen_gridlines(false);
        for (column, width) in (0..).zip(widths) {
            sheet.set_column_width(column, *width)?;
        }
        let options = ProtectionOptions {
            format_columns: true,
            format_rows: true,
            sort: true,
            use_autofilter: true,
            ..ProtectionOptions::default()
        };
        sheet.protect_with_options(&options).set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
        // `&` begins a code in a footer.
        let about_footer = about.replace('&', "&&");
        let cut: String = about_footer.chars().take(150).collect();
        sheet.set_footer(format!("&L&8{cut}&R&8&A, page &P of &N"));
        let mut page = Self { sheet, row: 0 };
        page.put(0, &Cell::Text(Look::Title, title.to_owned()))?;
        page.next();
        page.put(0, &Cell::Text(Look::Quiet, about.to_owned()))?;
        page.row = 3;
        Ok(page)
    }

    /// Writes a cell of the row.
    pub(super) fn put(&mut self, column: u16, cell: &Cell) -> Result<(), XlsxError> {
        let row = self.row;
        match cell {
            Cell::Text(look, text) => {
                self.sheet.write_string_with_format(row, column, shown(text), &look.format())?;
            }
            Cell::Number(look, number) => {
                self.sheet.write_number_with_format(row, column, *number, &look.format())?;
            }
            Cell::Formula(look, formula, result) => {
                let formula = Formula::new(formula).set_result(result);
                self.sheet.write_formula_with_format(row, column, formula, &look.format())?;
            }
            Cell::Room(look) => {
                self.sheet.write_blank(row, column, &look.format())?;
            }
        }
        Ok(())
    }

    /// Writes a row from the first column on, and goes to the next.
    pub(super) fn line(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        for (column, cell) in (0..).zip(cells) {
            self.put(column, cell)?;
        }
        self.next();
        Ok(())
    }

    /// A label and a value.
    pub(super) fn pair(&mut self, label: &str, value: Cell) -> Result<(), XlsxError> {
        self.line(&[Cell::Text(Look::Label, label.to_owned()), value])
    }

    /// Room to write in over several columns of the row.
    pub(super) fn wide_room(&mut self, first: u16, last: u16) -> Result<(), XlsxError> {
        self.sheet.merge_range(self.row, first, self.row, last, "", &Look::Input.format())?;
        Ok(())
    }

    /// A heading, with a row of space before it.
    pub(super) fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.next();
        self.line(&[Cell::Text(Look::Heading, text.to_owned())])
    }

    /// Names of columns.
    pub(super) fn columns(&mut self, names: &[&str]) -> Result<(), XlsxError> {
        let cells: Vec<Cell> = names.iter().map(|name| Cell::Text(Look::Column, (*name).to_owned())).collect();
        self.line(&cells)
    }

    pub(super) const fn next(&mut self) {
        self.row += 1;
    }

    /// The height of the row, for texts over several lines: the most lines that one of them takes in its width.
    pub(super) fn height(&mut self, texts: &[(&str, f64)]) -> Result<(), XlsxError> {
        #[expect(clippy::cast_precision_loss, reason = "lengths of texts on a page")]
        let lines = |(text, width): &(&str, f64)| {
            let of_line = |line: &str| (line.chars().count() as f64 * 0.92 / width).ceil().max(1.0);
            text.lines().map(of_line).sum::<f64>()
        };
        let most = texts.iter().map(lines).fold(1.0_f64, f64::max);
        self.sheet.set_row_height(self.row, (most * 12.5 + 2.0).min(400.0))?;
        Ok(())
    }

    /// A label and a text over as many lines as it needs in a column of this width.
    pub(super) fn paragraph(&mut self, label: &str, text: &str, width: f64) -> Result<(), XlsxError> {
        self.height(&[(text, width)])?;
        self.pair(label, Cell::text(text))
    }
}

/// The list of tick marks; what is typed by hand is taken too, after a remark.
pub(super) fn ticks() -> Result<DataValidation, XlsxError> {
    DataValidation::new()
        .allow_list_strings(&TICK_MARKS)?
        .set_error_style(DataValidationErrorStyle::Warning)
        .set_error_title("Not a tick mark")?
        .set_error_message("The Legend lists the tick marks and the words that are understood. Keep this entry?")
}

/// The name of a column: `A`, `Z`, `AA`.
pub(super) fn column_name(column: u16) -> String {
    rust_xlsxwriter::utility::column_number_to_name(column)
}
