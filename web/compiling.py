"""How templates become Python: what is the same at every request is not asked for at every request.

Jinja looks up a sentence through four functions and a context made for it, and marks as safe whatever is
written: that was half of what drawing a page took. What is drawn is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType, MethodType
from typing import Any, Final, cast

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

_SENTENCE: Final = frozenset({"_", "gettext"})
_PLAIN: Final = (FunctionType, MethodType, type(cache(str)))


class Sentences(dict[str, Markup]):
    """Sentences of templates in the language of a page, each turned into it when it is first asked for."""

    def __init__(self, said: Callable[[str], str], *, filled: bool = False) -> None:
        """Turn sentences into a language by `said`; where they are `filled`, into patterns for values."""
        super().__init__()
        self._said = said
        self._filled = filled

    def __missing__(self, sentence: str) -> Markup:
        says = Markup(self._said(sentence))  # noqa: S704 - sentences are ours: of templates and their catalogues
        # Each is a pattern, one without values as well: a sign of per cent is written twice in all of them.
        self[sentence] = says if self._filled else says % {}
        return self[sentence]


class Drawing(Environment):
    """An environment whose templates find sentences beside it."""

    said: Sentences
    patterns: Sentences

    def speak(self, said: Callable[[str], str]) -> None:
        """Take what turns a sentence into the language of this environment."""
        self.said, self.patterns = Sentences(said), Sentences(said, filled=True)


class _Around(Context):
    """What stands around a template: calls of macros and of plain functions without asking what they take.

    None of ours takes the context, so that no call has to bring along what a loop or a block has set.
    """

    def call(self, called: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as Jinja has it
        kind = type(called)
        if kind is Macro:
            return called(self.eval_ctx, *args, **kwargs)
        if kind in _PLAIN and not hasattr(called, "jinja_pass_arg"):
            return called(*args, **kwargs)
        return super().call(called, *args, **kwargs)


class _Writing(CodeGenerator):
    """Writes sentences as look-ups, and what is put into a page as plain text."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - as Jinja has it
        self.writeline("from web.compiling import drawn")
        super().visit_Template(node, frame)

    def visit_Call(  # noqa: N802 - as Jinja has it
        self,
        node: nodes.Call,
        frame: Frame,
        forward_caller: bool = False,  # noqa: FBT001, FBT002 - as Jinja has it
    ) -> None:
        sentence = _sentence_of(node)
        if sentence is None:
            self.write("context.call(")
            self.visit(node.node, frame)
            self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
            self.write(")")
        elif not node.kwargs:
            self.write(f"environment.said[{sentence!r}]")
        else:
            self.write(f"(environment.patterns[{sentence!r}] % {{")
            for value in node.kwargs:
                self.write(f"{value.key!r}: ")
                self.visit(value.value, frame)
                self.write(", ")
            self.write("})")

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        elif isinstance(node, nodes.Call) and _sentence_of(node) is not None:
            self.write("(")
        else:
            self.write("drawn(")


Drawing.code_generator_class = _Writing
Drawing.context_class = _Around


def drawn(value: Any) -> str:  # noqa: ANN401 - whatever a template puts into a page
    """Return a value as it stands in a page: escaped, unless it is marked as safe."""
    kind = type(value)
    if kind is Markup:
        return cast("str", value)
    if kind is str and value.isalnum():
        return cast("str", value)
    return str(value) if kind is int else escape(value)


def _sentence_of(node: nodes.Call) -> str | None:
    """Return the sentence that is asked for in another language, where a call is that and nothing else."""
    called = node.node
    if not isinstance(called, nodes.Name) or called.name not in _SENTENCE:
        return None
    if len(node.args) != 1 or node.dyn_args is not None or node.dyn_kwargs is not None:
        return None
    first = node.args[0]
    return first.value if isinstance(first, nodes.Const) and isinstance(first.value, str) else None
