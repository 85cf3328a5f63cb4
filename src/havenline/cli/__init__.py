"""The command line, a module for each kind of command.

Exit codes: 0 done, 1 failed strict checks or an interrupted run, 2 bad input.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

# Loading the libraries makes many objects that stay: looking through them again and again for
# garbage takes a second of a short command.
gc.set_threshold(200_000)

import typer
from rich.markup import escape

from havenline.cli.cases import calibrate, forecast, import_flee, validate
from havenline.cli.console import ABORTED, BAD_INPUT, err
from havenline.cli.delay import delay
from havenline.cli.look import check, crises, info, init, options, schema, steps, upgrade
from havenline.cli.negotiate import negotiate, score_negotiation
from havenline.cli.past import assimilate, audit, hindcast
from havenline.cli.run import run
from havenline.cli.serve import serve
from havenline.errors import CrisisError, HavenlineError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Compare the options in a displacement crisis, with honest uncertainty.",
)
COMMANDS: tuple[Callable[..., None], ...] = (
    run,
    delay,
    serve,
    check,
    steps,
    crises,
    info,
    options,
    schema,
    init,
    upgrade,
    audit,
    hindcast,
    assimilate,
    validate,
    calibrate,
    forecast,
    negotiate,
    score_negotiation,
)
for command in COMMANDS:
    app.command()(command)
foreign = typer.Typer(no_args_is_help=True, help="Read a folder in another model's format.")
foreign.command("flee")(import_flee)
app.add_typer(foreign, name="import")


def main() -> None:
    """Run the command line; a user's mistake ends in one clear message, never a traceback."""
    try:
        app()
    except CrisisError as error:
        for problem in error.problems:
            err.print(f"[red]error[/red]  {escape(str(problem))}", soft_wrap=True)
        sys.exit(BAD_INPUT)
    except HavenlineError as error:
        err.print(f"[red]error[/red]  {escape(str(error))}", soft_wrap=True)
        sys.exit(BAD_INPUT)
    except SystemExit as end:
        if end.code != ABORTED:
            raise
        err.print("Stopped before the end.")
        sys.exit(1)
    except MemoryError:
        err.print("[red]error[/red]  not enough memory; ask for fewer futures, or give --out DIR")
        sys.exit(BAD_INPUT)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        err.print(f"[red]error[/red]  {error.strerror or error}{where}", soft_wrap=True)
        sys.exit(BAD_INPUT)
