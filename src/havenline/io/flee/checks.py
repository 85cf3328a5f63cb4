"""What is looked for in a folder of Flee's, and the one report that collects it.

Flee's folders are read as they are: what Flee reads without stopping is read here as well, with a
warning where it may not be meant; what cannot be understood is an error.
"""

from __future__ import annotations

from havenline.crisis.case_doubts import DOUBTS
from havenline.crisis.registry import LONGEST_VALUE, Check, Severity, first_of_each_kind
from havenline.crisis.registry import MOST_OF_A_KIND as MOST_OF_A_KIND
from havenline.errors import Problem

_CHECKS: tuple[tuple[str, Severity, str], ...] = (
    ("not_a_folder", "error", "the path is a folder"),
    ("missing_folder", "error", "the folder exists"),
    ("missing_file", "error", "every file that a case needs is there"),
    ("file_left_out", "warning", "files that may be left out and that Flee needs"),
    ("two_scales", "error", "the folder is one case, not scales that are coupled"),
    ("unreadable_file", "error", "every file may be read"),
    ("too_large", "error", "no file is too large to be read"),
    ("empty_file", "error", "no file that is needed is empty"),
    ("file_name", "warning", "files are named as the format says"),
    ("unread_file", "warning", "no file is left unread because of its name"),
    ("not_text", "error", "files are text, not spreadsheets under another name"),
    ("nul_bytes", "error", "files are text, without NUL bytes"),
    ("not_utf8", "warning", "files are UTF-8; else they are read as Latin-1"),
    ("byte_order_mark", "warning", "files start without a byte order mark"),
    ("line_endings", "warning", "lines end in LF alone"),
    ("broken_csv", "error", "tables are valid CSV, separated by commas"),
    ("loose_quotes", "warning", "quotes stand around whole cells"),
    ("bad_header", "error", "headers name the columns that the format has"),
    ("header_order", "warning", "columns stand in the order of the format"),
    ("ragged_row", "error", "rows have the cells that they need"),
    ("extra_cells", "error", "rows have no figures beyond the last column"),
    ("unread_cells", "warning", "nothing stands where nothing reads it"),
    ("number_sign", "warning", "no name begins with '#' and a number"),
    ("control_character", "error", "no text holds what cannot be seen"),
    ("long_text", "error", "no text is longer than anybody reads"),
    ("error_cell", "error", "no cell holds an error of a spreadsheet"),
    ("commented_row", "warning", "no row of data begins with '#'"),
    ("empty_table", "error", "tables that are needed have rows"),
    ("missing_value", "error", "cells that are needed are filled"),
    ("value_left_out", "warning", "cells that Flee needs are filled"),
    ("bad_number", "error", "numbers are plain numbers"),
    ("number_form", "warning", "whole numbers are written without a decimal point"),
    ("thousands_separator", "error", "numbers have no thousands separators"),
    ("not_finite", "error", "no number is NaN or infinite"),
    ("negative_number", "error", "numbers that cannot be negative are not"),
    ("out_of_bounds", "error", "numbers are within bounds"),
    ("unusual_value", "warning", "figures are within the usual range"),
    ("no_figure", "warning", "figures are known; -1 stands for none"),
    ("bad_date", "error", "dates are written YYYY-MM-DD"),
    ("date_form", "warning", "dates are written YYYY-MM-DD in full"),
    ("unknown_value", "error", "words are those of the format"),
    ("unknown_place", "error", "names are those of locations.csv"),
    ("unmatched_name", "warning", "names in tables that may name others are in locations.csv"),
    ("name_spelling", "warning", "names are spelt as in locations.csv"),
    ("duplicate_place", "error", "no location stands twice"),
    ("duplicate_key", "error", "nothing that must stand once stands twice"),
    ("duplicate_row", "warning", "no row stands twice"),
    ("duplicate_route", "warning", "no road stands twice"),
    ("self_route", "warning", "roads join two places"),
    ("closure_days", "warning", "closures end after they begin"),
    ("by_conflict", "warning", "people leave by published counts, as the default rules take them"),
    ("rows_out_of_order", "warning", "dates ascend, rows are days from day 0"),
    ("duplicate_date", "warning", "no date stands twice with different figures"),
    ("too_few_days", "error", "tables by day reach to the end of the period"),
    ("camp_without_counts", "warning", "every camp has counts"),
    ("counts_without_camp", "warning", "every series of counts is of a camp"),
    ("no_total", "warning", "the first series is the total"),
    ("counts_outside_period", "error", "some camp has a count within the period"),
    ("merged_differently", "warning", "several files of a camp add up as Flee adds them"),
    ("bad_correction", "error", "registration corrections name a date that has a count"),
    ("correction_without_effect", "warning", "registration corrections change something"),
    ("no_conflict", "error", "somewhere people can leave from"),
    ("read_elsewhere", "warning", "files that Flee reads from another folder"),
    ("broken_yaml", "error", "the settings are valid YAML"),
    ("wrong_type", "error", "settings have the type that they need"),
    ("key_ignored", "warning", "settings have only keys that Flee has"),
    ("key_without_effect", "warning", "settings that change nothing here"),
    ("key_unread_by_flee", "warning", "settings under names that Flee itself reads"),
    ("key_overruled", "warning", "settings that another one overrules"),
)

CHECKS: dict[str, Check] = {
    name: Check(name, meaning, severity) for name, severity, meaning in _CHECKS
} | {name: Check(name, meaning, "warning") for name, meaning in DOUBTS.items()}
"""Every check of a folder in Flee's format, by name."""


class Report:
    """All problems of one folder, in the order they are found.

    Attributes
    ----------
    problems : list of Problem
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(
        self,
        name: str,
        file: str,
        message: str,
        *,
        row: int | None = None,
        column: str = "",
        value: object = "",
        expected: str = "",
        hint: str = "",
    ) -> None:
        """Add a problem.

        Parameters
        ----------
        name : str
            A name in `CHECKS`.
        file, message, row, column, value, expected, hint
            See `havenline.errors.Problem`; long values are cut.
        """
        text = str(value)
        if len(text) > LONGEST_VALUE:
            text = text[: LONGEST_VALUE - 3] + "..."
        severity = CHECKS[name].severity
        self.problems.append(
            Problem(name, file, row, column, text, message, expected, hint, severity)
        )

    def finished(self) -> list[Problem]:
        """Return the problems; of many of a kind in a file the first, the others counted.

        Returns
        -------
        list of Problem
        """
        return first_of_each_kind(self.problems)

    @property
    def failed(self) -> bool:
        """Whether there is any error."""
        return any(p.severity == "error" for p in self.problems)
