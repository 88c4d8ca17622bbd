"""What one does for oneself: posts lent, days away, tokens, what one comes in by."""

from tests.web.registry import Form, Page

PAGES = (
    Page("/own/posts"),
    Page("/own/posts", "/own/posts?who=zs"),
    Page("/own/security"),
)

FORMS = (
    Form("/own/posts/lend", fields={"post": "none", "substitute": "none"}),
    Form("/own/posts/take-back", fields={"delegation": "none", "reason": "none"}),
    Form("/own/absences", fields={"away_to": "2024-01-01"}),
    Form("/own/absences/end", fields={"absence": "none"}),
    Form("/own/tokens", fields={"name": "calendar", "days": "0"}),
    Form("/own/again", fields={"back": "/own/security"}),
    Form("/own/security/password", fields={"password": "wrong", "new_password": "a", "repeated": "b"}),
    Form("/own/security/app"),
    Form("/own/security/app/confirm", fields={"code": "123456"}),
    Form("/own/security/app/remove"),
    Form("/own/security/codes"),
    Form("/own/security/passkeys/remove", fields={"passkey": "none"}),
)
