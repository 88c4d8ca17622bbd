"""Books of cases: cases that are half-way, from a workbook that is made from their process."""
