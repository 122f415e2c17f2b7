//! Unchanged parts, folded.

use super::Row;

/// Folds long runs of unchanged lines, and noise.
pub(super) fn fold(rows: Vec<(Row, String)>, context: usize) -> Vec<Row> {
    let loud: Vec<usize> = rows
        .iter()
        .enumerate()
        .filter(|(_, (row, _))| match row {
            Row::Removed { line } | Row::Added { line } => !line.noise,
            _ => false,
        })
        .map(|(index, _)| index)
        .collect();
    let near = |index: usize| {
        let after = loud.partition_point(|l| *l < index);
        let next = loud.get(after).is_some_and(|l| l - index <= context);
        let last = after
            .checked_sub(1)
            .and_then(|i| loud.get(i))
            .is_some_and(|l| index - l <= context);
        next || last
    };
    let mut out: Vec<Row> = Vec::new();
    let mut run: Vec<(Row, String)> = Vec::new();
    for (index, row) in rows.into_iter().enumerate() {
        if matches!(row.0, Row::Same { .. }) && !near(index) {
            run.push(row);
        } else {
            close(&mut out, &mut run);
            out.push(row.0);
        }
    }
    close(&mut out, &mut run);
    out
}

/// A run becomes a fold, unless the fold would be as long as what it hides.
fn close(out: &mut Vec<Row>, run: &mut Vec<(Row, String)>) {
    let rows = std::mem::take(run);
    if rows.len() < 3 {
        out.extend(rows.into_iter().map(|(row, _)| row));
        return;
    }
    let mut names: Vec<String> = Vec::new();
    let mut lines = Vec::with_capacity(rows.len());
    for (row, name) in rows {
        if names.len() < 4 && !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
        if let Row::Same { line } = row {
            lines.push(line);
        }
    }
    out.push(Row::Fold { names, lines });
}
