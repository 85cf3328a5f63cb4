"""What was known on a day: the only readers of dated tables.

Plain functions on the declared tables. Replay, score, report and page ask here, so that a row means
the same to each of them: what was published by a day, which of two counts holds, who held a place,
on which days an offensive ran.
"""
