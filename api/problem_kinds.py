"""Every kind of problem an answer may carry: its name, status, title, and what a person can do about it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.values import Text


@dataclass(frozen=True)
class ProblemKind:
    """One type of problem. Its page stands at `/problems/<name>`."""

    name: str
    status: int
    title: Text
    explains: Text

    @property
    def address(self) -> str:
        """The relative address that names the type, RFC 9457 section 3.1.1."""
        return f"/problems/{self.name}"


def _kind(name: str, status: int, title: tuple[str, str], explains: tuple[str, str]) -> ProblemKind:
    return ProblemKind(name, status, Text(zh=title[0], en=title[1]), Text(zh=explains[0], en=explains[1]))


KINDS: dict[str, ProblemKind] = {
    kind.name: kind
    for kind in (
        _kind(
            "rule-violation",
            422,
            ("规则不允许", "A rule does not allow this"),
            (
                "规则拒绝了这次办理。rule 是规则，basis 是条款，passes_on 是最早可以办理的日期。",
                "A rule refused it: `rule`, its article in `basis`, `passes_on` the first day it would pass.",
            ),
        ),
        _kind(
            "reason-required",
            422,
            ("需要说明理由", "A reason is required"),
            (
                "可以办理，但已经逾期或情况特殊：请在 reason 中说明理由后再提交。",
                "The act is possible but late or unusual: send it again with a `reason`.",
            ),
        ),
        _kind(
            "step-not-open",
            409,
            ("该环节现在不能办理", "The step is not open"),
            (
                "该环节尚未开始、已经办结，或者个案已暂停、已结束。open_steps 列出现在可以办理的环节。",
                "It has not begun, is done, or the case is not open. `open_steps` lists what is.",
            ),
        ),
        _kind(
            "not-possible",
            409,
            ("个案目前不能这样办理", "The case is not in a state for this"),
            ("个案目前的状态不允许这样办理。", "What was asked does not fit the present state of the case."),
        ),
        _kind(
            "not-published",
            409,
            ("所依据的流程定义不在此处", "The definition is not published here"),
            (
                "个案完整保存，但所依据的流程定义目前没有在此发布，因此不能显示或办理。请联系管理员。",
                "The case is kept whole, but what it follows is not published here now. Tell an operator.",
            ),
        ),
        _kind(
            "one-open-case",
            409,
            ("此人已有未结个案", "There is an open case already"),
            ("同一人在同一流程中只能有一个未结个案。", "A person has at most one open case in this process."),
        ),
        _kind(
            "in-use",
            409,
            ("已被占用", "Taken already"),
            (
                "这一名称、职务或期间已经存在，或者与已有的记录冲突。",
                "This name, post or time exists already, or clashes with one that does.",
            ),
        ),
        _kind(
            "erased",
            409,
            ("该人员的资料已删除", "The person was erased"),
            (
                "该人员的资料已按规定删除，不能再登记与其有关的内容。",
                "What was known of this person was erased; nothing more is recorded about them.",
            ),
        ),
        _kind(
            "contradiction",
            409,
            ("与已有记录矛盾", "This contradicts what is recorded"),
            (
                "例如：职务在开始之前结束，代理超出任期。",
                "Such as a post that ends before it begins, or a delegation that outlasts its post.",
            ),
        ),
        _kind(
            "book-not-clean",
            422,
            ("文件有误，没有导入", "Something is wrong with the file"),
            (
                "没有导入任何内容。found 按表、行、列列出问题；改正后重新导入。",
                "Nothing was changed. `found` lists what is wrong by sheet, row and column.",
            ),
        ),
        _kind(
            "log-forked",
            422,
            ("不是此前见证的日志", "It is not the log that was witnessed before"),
            (
                "证明不成立：这份检查点的日志不是此前共同签署的日志的延续。已留存，请立即核查。",
                "It does not continue the log that was signed before. It was kept: look into it at once.",
            ),
        ),
        _kind(
            "head-moved",
            412,
            ("个案已有新的记录", "The case has moved on"),
            (
                "在您查看之后个案有了新的记录，见 events。请看过之后，以新的 ETag 再次提交。",
                "Facts were recorded after what you saw: see `events`. Look at them, then send the new ETag.",
            ),
        ),
        _kind(
            "words-moved",
            412,
            ("已被他人更改", "Somebody else changed it"),
            (
                "在您查看之后，他人作了更改。请先看过更改的内容，仍有必要时再次提交。",
                "Somebody changed it after you looked. Look at what is different, then send yours again.",
            ),
        ),
        _kind(
            "head-required",
            428,
            ("缺少 If-Match", "If-Match is missing"),
            (
                "请在 If-Match 中给出您所看到的个案的 ETag，以免在已变动的个案上办理。",
                "Send the ETag of the case as you saw it, so that nobody acts on a case that changed.",
            ),
        ),
        _kind(
            "key-reused",
            422,
            ("Idempotency-Key 已用于别的请求", "The Idempotency-Key was used for another request"),
            (
                "同一个 Idempotency-Key 只能用于重复同一请求。",
                "The same key may only repeat the same request.",
            ),
        ),
        _kind(
            "invalid-input",
            422,
            ("填写有误", "The input is not valid"),
            (
                "errors 指出哪一项、有什么问题。不会重复您填写的内容。",
                "`errors` says which part and what is wrong with it. What was sent is never repeated.",
            ),
        ),
        _kind(
            "malformed",
            400,
            ("请求无法读取", "The request cannot be read"),
            (
                "请求不是规范的 JSON 或表单，或者含有不允许的字符、数字或过深的嵌套。",
                "It is not well-formed, or has characters, numbers or nesting that are not allowed.",
            ),
        ),
        _kind(
            "too-large",
            413,
            ("内容过大", "The request is too large"),
            ("请求的内容超过了允许的大小。", "The body is larger than this address takes."),
        ),
        _kind(
            "not-signed-in",
            401,
            ("请先登录", "Not signed in"),
            (
                "请先登录，或者在 Authorization 中给出有效的令牌。",
                "Sign in first, or send a valid token in `Authorization`.",
            ),
        ),
        _kind(
            "wrong-login",
            401,
            ("用户名或密码不正确", "Wrong login or password"),
            (
                "用户名或密码不正确，或者账号已停用。",
                "The login or the password is wrong, or the account was closed.",
            ),
        ),
        _kind(
            "second-factor-required",
            401,
            ("还需要第二重验证", "A second factor is asked for"),
            (
                "密码正确，但还需要第二重验证：ways 列出可用的方式；enrol 为真时可先设置一种。",
                "The first proof was right. Go on by one of `ways`; where `enrol` is true, set one up first.",
            ),
        ),
        _kind(
            "wrong-code",
            401,
            ("验证码不正确", "Wrong code"),
            ("验证码不正确或已经用过。", "The code is wrong, or was used before."),
        ),
        _kind(
            "log-in-again",
            403,
            ("请重新登录", "Log in again"),
            (
                "更改登录方式须在登录后15分钟内办理，且不能使用令牌。",
                "What opens the door is changed within 15 minutes of a log-in, and not with a token.",
            ),
        ),
        _kind(
            "login-not-completed",
            400,
            ("登录没有完成", "The log-in was not completed"),
            (
                "登录服务返回的内容与本次登录不符、已使用过或已过期。请重新开始登录。",
                "What came back is not of this log-in, was used before, or is too old: begin again.",
            ),
        ),
        _kind(
            "not-linked",
            403,
            ("此身份没有关联到任何登录名", "This identity is linked to no login here"),
            (
                "登录服务认识您，但这里没有与之关联的登录名，或该登录名已停用。请联系管理员。",
                "The log-in service knows you, and no login here is linked to that. Ask an operator.",
            ),
        ),
        _kind(
            "token-scope",
            403,
            ("超出此令牌的范围", "The token was made for less"),
            (
                "此令牌只能用于较小的范围：只读，或只限某些流程、某些组织。",
                "It may only read, or is for certain processes or units only.",
            ),
        ),
        _kind(
            "disclosure-required",
            403,
            ("请先说明查看理由", "State first why you look"),
            (
                "审计员查看敏感材料前须说明理由（POST /v1/cases/{id}/disclosures），理由和查看记录都会保留。",
                "Auditors state a reason before they read this; it is kept, as is every look.",
            ),
        ),
        _kind(
            "not-permitted",
            403,
            ("您没有相应的职务", "None of your posts allows this"),
            ("需要在相应组织担任相应职务才能这样做。", "This needs a post in the right unit that allows it."),
        ),
        _kind(
            "foreign-origin",
            403,
            ("请求来自其他网站", "The request came from another site"),
            (
                "为防止冒用您的登录，不接受其他网站发起的请求。",
                "So that no other site uses your log-in, requests that start there are refused.",
            ),
        ),
        _kind(
            "not-found",
            404,
            ("没有找到", "Not found"),
            (
                "没有这样的内容，或者不在您的职务范围之内。",
                "There is no such thing, or it is outside the scope of your posts.",
            ),
        ),
        _kind(
            "method-not-allowed",
            405,
            ("此地址不支持这种方法", "The address does not take this method"),
            ("Allow 列出此地址支持的方法。", "`Allow` lists the methods it takes."),
        ),
        _kind(
            "not-acceptable",
            406,
            ("没有所要求的格式", "Not in this format"),
            ("没有所要求的格式。", "The content does not exist in the format that was asked for."),
        ),
        _kind(
            "too-many-tries",
            429,
            ("尝试次数过多", "Too many tries"),
            ("请在 Retry-After 所示的秒数之后再试。", "Try again after the seconds in `Retry-After`."),
        ),
        _kind(
            "internal",
            500,
            ("服务内部出错", "Something went wrong inside"),
            (
                "请把追踪编号 `trace` 告诉管理员。已确认的办理不会丢失。",
                "Give `trace` to an operator. No acknowledged act is lost.",
            ),
        ),
        _kind(
            "not-ready",
            503,
            ("服务暂时不可用", "Not ready"),
            (
                "服务或它所依赖的数据库暂时不可用，请稍后再试。",
                "The service or its database is not available; try again later.",
            ),
        ),
        _kind(
            "storage-full",
            507,
            ("存储空间已满", "The storage is full"),
            (
                "磁盘已满，没有记录任何内容。请联系管理员清理空间，再以同一个 Idempotency-Key 提交。",
                "The disk is full: nothing was recorded. Once an operator has made room, send it again.",
            ),
        ),
    )
}
"""Every kind, by name."""

BY_STATUS: dict[int, str] = {
    400: "malformed",
    401: "not-signed-in",
    403: "not-permitted",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "malformed",
    422: "invalid-input",
    429: "too-many-tries",
    503: "not-ready",
}
"""The kind for a refusal of the framework itself, which knows a status only."""
