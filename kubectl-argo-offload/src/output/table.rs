//! Tables as kubectl prints them.
//!
//! Laid out here rather than by a general crate: of 200,000 rows that took three fifths of all the time, and twice
//! the memory (docs/performance.md).

use unicode_width::UnicodeWidthStr;

use super::shortened;

/// The most characters a cell shows: longer names are no names of Kubernetes.
const CELL: usize = 253;
/// Blanks between columns.
const GAP: usize = 3;

/// Uppercase headers, three blanks between columns, no lines; nothing is wrapped, and only what is too long for a name is cut.
#[derive(Default)]
pub(crate) struct Table {
    /// All rows, the headers first if there are any.
    rows: Vec<Vec<String>>,
    columns: Vec<Column>,
}

#[derive(Clone, Copy, Default)]
struct Column {
    /// Of its widest cell, as a terminal shows it.
    width: usize,
    right: bool,
}

impl Table {
    pub(crate) fn new(headers: &[&str]) -> Self {
        let mut table = Self::plain();
        table.row(headers);
        table
    }

    /// A table without headers.
    pub(crate) fn plain() -> Self {
        Self::default()
    }

    pub(crate) fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let cells: Vec<String> = cells
            .into_iter()
            .map(|cell| match cell.as_ref() {
                "" => "<none>".to_owned(),
                cell => shortened(cell, CELL),
            })
            .collect();
        if self.columns.len() < cells.len() {
            self.columns.resize(cells.len(), Column::default());
        }
        for (column, cell) in self.columns.iter_mut().zip(&cells) {
            column.width = column.width.max(cell.width());
        }
        self.rows.push(cells);
    }

    /// Aligns a column's figures.
    pub(crate) fn right(&mut self, column: usize) {
        if let Some(column) = self.columns.get_mut(column) {
            column.right = true;
        }
    }

    /// The table, each line ended.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let mut blanks = 0;
            for (column, cell) in self.columns.iter().zip(row) {
                let fill = column.width - cell.width();
                let (before, behind) = if column.right { (fill, 0) } else { (0, fill) };
                // Blanks are written when something follows them.
                text.extend(std::iter::repeat_n(' ', blanks + before));
                text.push_str(cell);
                blanks = behind + GAP;
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["NAME", "BYTES", "AGE"]);
        table.right(1);
        table.row(["a", "1", ""]);
        table.row(["日本", "1000000", "5m"]);
        let lines = ["NAME     BYTES   AGE", "a            1   <none>", "日本   1000000   5m", ""];
        assert_eq!(table.text(), lines.join("\n"));
    }
}
