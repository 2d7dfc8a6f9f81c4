//! Tables as kubectl prints them.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement};

use super::shortened;

/// The most characters a cell shows: longer names are no names of Kubernetes.
const CELL: usize = 253;

/// Uppercase headers, three blanks between columns, no lines; nothing is wrapped or cut.
pub(crate) struct Table(comfy_table::Table);

impl Table {
    pub(crate) fn new(headers: &[&str]) -> Self {
        let mut table = Self::plain();
        table.0.set_header(headers.iter().copied());
        table
    }

    /// A table without headers.
    pub(crate) fn plain() -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        Self(table)
    }

    pub(crate) fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.0.add_row(cells.into_iter().map(|cell| match cell.as_ref() {
            "" => "<none>".to_owned(),
            cell => shortened(cell, CELL),
        }));
    }

    /// Aligns a column's figures.
    pub(crate) fn right(&mut self, column: usize) {
        if let Some(column) = self.0.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }

    /// The table, each line ended.
    pub(crate) fn text(&mut self) -> String {
        for column in self.0.column_iter_mut() {
            column.set_padding((0, 3));
        }
        self.0.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }
}
