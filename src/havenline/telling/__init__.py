"""What a result says: rows, sentences and figures as text, the same wherever they are shown.

Terminal, report and page take their rows and sentences from here and only lay them out.
"""
