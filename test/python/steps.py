"""Runs code that a user of a Python library would write, in one process, because importing such libraries takes seconds.

Reads a JSON string of Python code from each line of standard input. Prints {"value": …} of its last expression, or
{"error": …}, as one line of JSON. Names stay from one piece of code to the next.
"""

import ast
import contextlib
import json
import sys

scope = {}
for line in sys.stdin:
    code = ast.parse(json.loads(line))
    last = code.body.pop() if code.body and isinstance(code.body[-1], ast.Expr) else None
    try:
        with contextlib.redirect_stdout(sys.stderr):
            exec(compile(code, "steps", "exec"), scope)
            value = eval(compile(ast.Expression(last.value), "steps", "eval"), scope) if last else None
        answer = {"value": value}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer, default=str), flush=True)
