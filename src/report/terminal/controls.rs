//! The table of controls: one row each, on two lines where the screen is narrow.

use crate::engine::results::{Assessment, Conclusion, ControlResult, Figures};
use crate::report::figures::{count, length, percent};

use super::page::{Page, Tint, cut, padded, right};

/// From this width on a control fits on one line.
const ONE_LINE_WIDTH: usize = 100;
/// Columns of the longest conclusion.
const CONCLUSION_WIDTH: usize = 19;
/// Columns that counts take at least, then those of the three rates.
const COUNT_WIDTH: usize = 7;
const RATE_WIDTHS: [usize; 3] = [8, 8, 9];

pub(super) fn render(page: &mut Page, assessment: &Assessment) {
    page.blank();
    summary(page, assessment);
    page.blank();
    if assessment.controls.is_empty() {
        return;
    }
    if page.width() >= ONE_LINE_WIDTH {
        one_line_each(page, &assessment.controls);
    } else {
        two_lines_each(page, &assessment.controls);
    }
    legend(page);
}

/// A conclusion in words; the one that asks for work is in capitals.
pub(super) const fn words(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::NoExceptionsNoted => "no exceptions noted",
        Conclusion::ExceptionsNoted => "EXCEPTIONS NOTED",
        Conclusion::Incomplete => "incomplete",
        Conclusion::NotTested => "not tested",
    }
}

const fn tint(conclusion: Conclusion) -> Tint {
    match conclusion {
        Conclusion::NoExceptionsNoted => Tint::Good,
        Conclusion::ExceptionsNoted => Tint::Bad,
        Conclusion::Incomplete | Conclusion::NotTested => Tint::Doubtful,
    }
}

/// How many controls came to which conclusion.
fn summary(page: &mut Page, assessment: &Assessment) {
    const ORDER: [(Conclusion, &str); 4] = [
        (Conclusion::NoExceptionsNoted, "no exceptions noted"),
        (Conclusion::ExceptionsNoted, "exceptions noted"),
        (Conclusion::Incomplete, "incomplete"),
        (Conclusion::NotTested, "not tested"),
    ];
    let parts: Vec<String> = ORDER
        .iter()
        .map(|(conclusion, words)| {
            let number = assessment.controls.iter().filter(|control| control.conclusion == *conclusion).count();
            format!("{number} {words}")
        })
        .collect();
    let text = format!("{} = {}", count(length(&assessment.controls)), parts.join(" + "));
    page.paragraph("Controls", 13, &text);
}

fn one_line_each(page: &mut Page, controls: &[ControlResult]) {
    let counts = count_widths(controls);
    let numbers: usize = counts.iter().chain(&RATE_WIDTHS).sum();
    let name = page.width().saturating_sub(numbers + 2 + CONCLUSION_WIDTH);
    let row = |page: &mut Page, dress, first: &str, cells: [&str; 6], last: (Tint, &str)| {
        let widths = counts.iter().chain(&RATE_WIDTHS);
        let cells: String = cells.iter().zip(widths).map(|(cell, width)| right(cell, *width)).collect();
        page.line(&[(dress, &padded(first, name)), (dress, &cells), (dress, "  "), last]);
    };
    row(page, Tint::Strong, "", ["Popu-", "", "Excep-", "Pass", "Rate", "Time-"], (Tint::Strong, ""));
    let second = ["lation", "Tested", "tions", "rate", "at end", "weighted"];
    row(page, Tint::Strong, "Control, criterion, title", second, (Tint::Strong, "Conclusion"));
    for control in controls {
        let cells = figures_of(&control.figures);
        let conclusion = (tint(control.conclusion), words(control.conclusion));
        let cells = cells.each_ref().map(String::as_str);
        row(page, Tint::Plain, &cut(&name_of(control), name), cells, conclusion);
    }
}

fn two_lines_each(page: &mut Page, controls: &[ControlResult]) {
    const HEADER: [&str; 6] = ["Population", "Tested", "Exceptions", "Pass rate", "Rate at end", "Time-weighted"];
    const WIDTHS: [usize; 6] = [14, 12, 12, 11, 13, 15];
    let name = page.width().saturating_sub(2 + CONCLUSION_WIDTH);
    let figures =
        |cells: [&str; 6]| -> String { cells.iter().zip(WIDTHS).map(|(cell, width)| right(cell, width)).collect() };
    let title = padded("Control, criterion, title", name);
    page.line(&[(Tint::Strong, &title), (Tint::Strong, "  Conclusion")]);
    page.line(&[(Tint::Strong, &figures(HEADER))]);
    for control in controls {
        let title = padded(&cut(&name_of(control), name), name + 2);
        page.line(&[(Tint::Plain, &title), (tint(control.conclusion), words(control.conclusion))]);
        let cells = figures_of(&control.figures);
        page.line(&[(Tint::Plain, &figures(cells.each_ref().map(String::as_str)))]);
    }
}

fn name_of(control: &ControlResult) -> String {
    format!("{} {} {}", control.control, control.criteria.join(","), control.title)
}

/// The six figures of a row.
fn figures_of(figures: &Figures) -> [String; 6] {
    let (passing, failing) = (u128::from(figures.passing_at_end), u128::from(figures.failing_at_end));
    let (pass, fail) = (figures.pass_microseconds.unsigned_abs(), figures.fail_microseconds.unsigned_abs());
    [
        if figures.population == 0 { "none".to_owned() } else { count(figures.population) },
        count(figures.tested),
        count(figures.exceptions),
        percent(u128::from(figures.passed), u128::from(figures.tested)),
        percent(passing, passing + failing),
        percent(pass, pass + fail),
    ]
}

/// Widths of the three counts: as their longest value needs, with a blank before it.
fn count_widths(controls: &[ControlResult]) -> [usize; 3] {
    let widest = |figure: fn(&Figures) -> u64| {
        let lengths = controls.iter().map(|control| count(figure(&control.figures)).len() + 1);
        lengths.fold(COUNT_WIDTH, usize::max)
    };
    [widest(|figures| figures.population), widest(|figures| figures.tested), widest(|figures| figures.exceptions)]
}

fn legend(page: &mut Page) {
    let text = "Pass rate: tested subjects that never failed in the period. Rate at end: those passing at its \
                last instant, of those passing or failing then. Time-weighted: passing time, of passing and \
                failing time. Percentages are cut off, never rounded up.";
    page.tinted_paragraph("", 0, Tint::Faint, text);
}
