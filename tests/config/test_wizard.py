"""The wizard's questions: their order and words, what each refuses, and the way back."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise

import pytest

from perpfsm.config.nodes import Value
from perpfsm.config.settings import described_parameters
from perpfsm.config.wizard import Accepted, Interview, Question, Refused, reference_price_text

# In the order and the words of the documents; what is in square brackets there is filled in.
PROMPTS = {
    "strategy": "What is your market making strategy?",
    "derivative": "Enter the name of the connector",
    "market": "Enter the trading pair you would like to provide liquidity on paper",
    "leverage": "How much leverage do you want to use?",
    "position_mode": "Which position mode do you want to use? (One-way/Hedge)",
    "bid_spread": "How far away from the mid price do you want to place the first bid order?",
    "ask_spread": "How far away from the mid price do you want to place the first ask order?",
    "order_refresh_time": "How often do you want to cancel and replace bids and asks (in seconds)?",
    "order_amount": "What is the amount of BTC per order?",
    "position_management": "How would you like to manage your positions? (Profit_taking/Trailing_stop)",
    "long_profit_taking_spread": (
        "At what spread from the entry price do you want to place a short order to reduce position?"
    ),
    "short_profit_taking_spread": (
        "At what spread from the position entry price do you want to place a long order to reduce position?"
    ),
    "ts_activation_spread": "At what spread from the position entry price do you want the bot to start trailing?",
    "ts_callback_rate": (
        "At what spread away from the trailing peak price do you want positions to remain open before they're closed?"
    ),
    "stop_loss_spread": "At what spread from position entry price do you want to place stop_loss order?",
    "close_position_order_type": (
        "What order type do you want trailing stop and/or stop loss features to use for closing positions? "
        "(LIMIT/MARKET)"
    ),
}
ANSWERS = {
    "strategy": "",
    "derivative": "paper",
    "market": "BTC-USDT",
    "leverage": "10",
    "position_mode": "Hedge",
    "bid_spread": "0.02",
    "ask_spread": "0.03",
    "order_refresh_time": "10",
    "order_amount": "0.01",
    "position_management": "Profit_taking",
    "long_profit_taking_spread": "0.05",
    "short_profit_taking_spread": "0.06",
    "ts_activation_spread": "0.1",
    "ts_callback_rate": "0.04",
    "stop_loss_spread": "0.2",
    "close_position_order_type": "MARKET",
}
TRAILING = ANSWERS | {"position_management": "Trailing_stop"}
PROFIT_ONLY = {"long_profit_taking_spread", "short_profit_taking_spread"}
TRAILING_ONLY = {"ts_activation_spread", "ts_callback_rate"}


def asked(interview: Interview) -> Question:
    question = interview.question()
    assert question is not None
    return question


def accepted(interview: Interview, text: str) -> Accepted:
    result = interview.answer(text)
    assert isinstance(result, Accepted), result
    return result


def answered(interview: Interview, text: str) -> Interview:
    return accepted(interview, text).interview


def refused(interview: Interview, text: str) -> list[tuple[str, str]]:
    result = interview.answer(text)
    assert isinstance(result, Refused), result
    return [(reason.code, reason.remedy) for reason in result.reasons]


def conducted(answers: Mapping[str, str], until: str | None = None) -> tuple[Interview, list[Question]]:
    """Return the interview and its questions, each answered from `answers`, up to the question `until`."""
    interview, questions = Interview(), []
    while (question := interview.question()) is not None and question.name != until:
        questions.append(question)
        interview = answered(interview, answers[question.name])
    return interview, questions


def names(questions: Iterable[Question]) -> list[str]:
    return [question.name for question in questions]


def test_the_strategy_comes_first_then_everything_that_is_asked_in_the_documents_words() -> None:
    _, questions = conducted(ANSWERS)

    expected = [(name, prompt) for name, prompt in PROMPTS.items() if name not in TRAILING_ONLY]
    assert [(question.name, question.prompt) for question in questions] == expected
    assert [(question.number, question.count) for question in questions] == [(n, 14) for n in range(1, 15)]


def test_trailing_is_asked_about_only_with_a_trailing_stop() -> None:
    _, questions = conducted(TRAILING)

    expected = [(name, prompt) for name, prompt in PROMPTS.items() if name not in PROFIT_ONLY]
    assert [(question.name, question.prompt) for question in questions] == expected


def test_every_parameter_that_the_schema_asks_for_is_asked_and_no_other() -> None:
    wanted = {name for name, schema in described_parameters().items() if schema["x-prompt-on-new"]}

    assert {*names(conducted(ANSWERS)[1]), *names(conducted(TRAILING)[1])} == wanted == set(PROMPTS)


def test_the_answers_are_exact_values_by_parameter() -> None:
    interview, _ = conducted(ANSWERS)

    assert interview.answers["market"] == "BTC-USDT"
    assert interview.answers["leverage"] == 10
    assert interview.answers["bid_spread"] == Decimal("0.02")
    assert interview.question() is None
    with pytest.raises(ValueError, match="everything is answered"):
        interview.answer("more")


@pytest.mark.parametrize(
    ("name", "text", "code", "remedy"),
    [
        ("strategy", "pure_market_making", "unknown-value", "Did you mean perpetual_market_making?"),
        ("derivative", "", "empty-value", "Enter paper."),
        ("derivative", "papr", "unknown-value", "Did you mean paper?"),
        ("derivative", "dydx_perpetual", "not-offered", "Use paper or binance_perpetual."),
        ("market", "btc-usdt", "wrong-form", "Write BTC-USDT."),
        ("market", "BTC/USDT", "wrong-form", "Write BTC-USDT."),
        ("market", "BTC-USD", "inverse-contract", "Use a market quoted in a stable coin, such as BTC-USDT."),
        ("market", "BTC-USDT: {a: b", "wrong-form", ""),
        ("leverage", "", "empty-value", "Enter a whole number, at least 1 (times)."),
        ("leverage", "0", "out-of-range", ""),
        ("leverage", "2.5", "wrong-type", ""),
        ("leverage", "10x", "not-a-number", "Write 10, without a unit."),
        ("leverage", "126", "leverage-bracket", "Use at most 125."),
        ("position_mode", "hedgy", "unknown-value", "Did you mean Hedge?"),
        ("bid_spread", "0", "out-of-range", ""),
        ("bid_spread", "0,02", "not-a-number", "Write 0.02, with a point."),
        ("bid_spread", "5%", "not-a-number", "Write 5, without a unit."),
        ("bid_spread", "nan", "not-a-number", "Write a finite number."),
        ("bid_spread", "null", "not-a-number", ""),
        ("bid_spread", "0." + "1" * 60, "number-too-long", ""),
        ("ask_spread", "100", "out-of-range", ""),
        ("order_refresh_time", "-1", "out-of-range", ""),
        ("order_refresh_time", "1:30", "not-a-number", "Write 90; a colon makes no number."),
        ("order_refresh_time", "0.00000000001", "time-too-fine", "Use at most nine decimals."),
        ("order_amount", "0.0001", "below-minimum", "Use at least 0.001."),
        ("order_amount", "1_000", "not-a-number", "Write 1000, without underscores."),
        ("position_management", "trailing", "unknown-value", "Did you mean Trailing_stop?"),
        ("long_profit_taking_spread", "101", "out-of-range", ""),
        ("short_profit_taking_spread", "100", "out-of-range", ""),
        ("ts_activation_spread", "-0.1", "out-of-range", ""),
        ("ts_callback_rate", "some", "not-a-number", ""),
        ("stop_loss_spread", "102", "out-of-range", ""),
        ("close_position_order_type", "STOP", "unknown-value", "Use LIMIT or MARKET."),
    ],
)
def test_an_answer_is_refused_at_once_with_its_reason_and_remedy(name: str, text: str, code: str, remedy: str) -> None:
    interview, _ = conducted(TRAILING if name in TRAILING_ONLY else ANSWERS, until=name)

    assert refused(interview, text) == [(code, remedy)]


def test_a_stop_beyond_the_liquidation_price_is_refused_while_there_is_time_to_change_it() -> None:
    interview, _ = conducted({**ANSWERS, "leverage": "20", "order_amount": "3"}, until="stop_loss_spread")

    assert refused(interview, "10") == [
        ("stop-beyond-liquidation", "Use a stop below 5.04 %, less leverage, or smaller orders.")
    ]
    assert isinstance(interview.answer("5"), Accepted)


def test_an_answer_is_refused_for_a_venue_that_is_not_built() -> None:
    interview, _ = conducted(ANSWERS, until="derivative")

    offered = asked(interview).form.split(" or ")
    for venue in {"binance_perpetual", "binance_perpetual_testnet"} - set(offered):
        assert refused(interview, venue)[0][0] == "not-built-yet"


def test_an_empty_answer_takes_the_default_which_is_shown() -> None:
    interview, _ = conducted(ANSWERS, until="position_mode")

    assert asked(interview).default == "One-way"
    assert answered(interview, "  ").answers["position_mode"] == "One-way"


@pytest.mark.parametrize("text", ["hedge", "HEDGE", "  Hedge\t"])
def test_blanks_and_capitals_of_a_choice_do_not_matter(text: str) -> None:
    interview, _ = conducted(ANSWERS, until="position_mode")

    assert answered(interview, text).answers["position_mode"] == "Hedge"


def test_a_percentage_is_shown_as_the_price_that_it_means() -> None:
    interview, _ = conducted(ANSWERS, until="bid_spread")

    assert reference_price_text() == "60,000"
    assert asked(interview).form == "a number, above 0 and below 100 (percent); 1 % of 60,000 = 600.00"
    assert accepted(interview, "0.020").price == "0.02 % of 60,000 = 12.00"


@pytest.mark.parametrize(
    ("name", "text", "note"),
    [
        (
            "bid_spread",
            "0.0001",
            "bid_spread 0.0001 % of 60,000 is less than one tick, 0.1. Use a wider spread.",
        ),
        (
            "order_amount",
            "0.0125",
            "order_amount 0.0125 is not on the size step 0.001; orders are 0.012. Write 0.012.",
        ),
        (
            "long_profit_taking_spread",
            "",
            (
                "long_profit_taking_spread is 0, so the profit is taken at the entry price. "
                "Use a spread that covers the fees."
            ),
        ),
        (
            "stop_loss_spread",
            "",
            "stop_loss_spread is 0, so there is no stop loss. Set the loss, in percent, at which a position is closed.",
        ),
    ],
)
def test_an_answer_that_is_seldom_meant_is_taken_with_a_warning(name: str, text: str, note: str) -> None:
    interview, _ = conducted(ANSWERS, until=name)

    assert accepted(interview, text).warnings == (note,)


def test_going_back_offers_the_answer_that_was_given() -> None:
    interview, _ = conducted(ANSWERS, until="order_refresh_time")

    before = interview.back()

    assert before is not None
    assert (asked(before).name, asked(before).default) == ("ask_spread", Decimal("0.03"))
    assert answered(before, "") == interview
    assert answered(before, "0.5").answers["ask_spread"] == Decimal("0.5")


def test_going_back_leads_to_the_first_question_and_no_further() -> None:
    interview, questions = conducted(ANSWERS)
    steps: list[Interview] = [interview]
    while (before := steps[-1].back()) is not None:
        steps.append(before)

    assert names(map(asked, steps[1:])) == names(questions)[::-1]
    assert all(len(before.answers) == len(after.answers) - 1 for after, before in pairwise(steps))


def test_another_management_after_going_back_asks_its_own_questions_and_drops_the_others() -> None:
    interview, _ = conducted(ANSWERS)
    while asked_or_none(interview) != "position_management":
        before = interview.back()
        assert before is not None
        interview = before

    interview = answered(interview, "Trailing_stop")
    while (question := interview.question()) is not None:
        interview = answered(interview, TRAILING[question.name])

    assert not PROFIT_ONLY & set(interview.answers)
    assert set(interview.answers) >= TRAILING_ONLY
    assert interview.answers == plain_answers(TRAILING)


def asked_or_none(interview: Interview) -> str | None:
    question = interview.question()
    return None if question is None else question.name


def plain_answers(answers: Mapping[str, str]) -> Mapping[str, Value]:
    return conducted(answers)[0].answers
