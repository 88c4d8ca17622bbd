"""Passwords are long, and none of those that are tried first."""

import pytest

from services.demo_organisation import LOGINS
from services.password_rules import LONGEST, SHORTEST, check_password, is_easily_guessed
from services.refusals import InvalidInput


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "0987654321",
        "13800138000",
        "110101199003071234",
        "aaaaaaaaaaaa",
        "ababababab",
        "abcdefghijk",
        "qwertyuiop",
        "QwErTyUiOp",
        "1qaz2wsx3edc",
        "Password123!",
        "P@ssw0rd2024",
        "p4ssw0rd!!!!",
        "passwordpassword",
        "Welcome2023!",
        "iloveyou1314",
        "woaini1314520",
        "zhongguo2024",
        "!@#$%^&*()_+",
        "admin_admin_",
        "pass word 12 34",
        "dragonmonkey99",
        "xyz1xyz1xyz1",
        "ｐａｓｓｗｏｒｄ１２３",
    ],
)
def test_what_guessers_try_first_is_refused(password):
    with pytest.raises(InvalidInput) as refused:
        check_password(password)
    assert refused.value.path == "password"
    assert password not in refused.value.problem.en + refused.value.problem.zh


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "another long password",
        "kettle-orbit-plinth",
        "Vw3k.zLq9-Tt",
        "三更灯火五更鸡正是男儿读书时",
        "my dragon eats qwerty soup",
        "x" * 3 + "J4d8fQ2m",
    ],
)
def test_what_nobody_tries_first_is_taken(password):
    check_password(password)


def test_ten_letters_are_enough_and_nine_are_not():
    check_password("kettleorb7"[:SHORTEST])
    with pytest.raises(InvalidInput):
        check_password("kettleorb"[: SHORTEST - 1])
    with pytest.raises(InvalidInput):
        check_password("kettle orbit " * LONGEST)


@pytest.mark.parametrize("password", ["li.secretary1", "LiSecretary2024", "9li.secretary9!"])
def test_ones_own_login_is_what_a_guesser_tries_first(password):
    assert is_easily_guessed(password, about=("li.secretary", "lisecretary"))
    assert not is_easily_guessed(password)


def test_published_passwords_would_be_refused():
    assert all(is_easily_guessed(login.password, about=(login.login,)) for login in LOGINS)
