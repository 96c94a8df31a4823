"""A lifecycle that closes at MARKET alone is proved: no LIMIT is taken to be there that it never places."""

from pathlib import Path

from perpfsm.config.examine import examine
from perpfsm.proof.flaw import Verdict

MINIMAL = """\
machine: minimal
initial: flat
states:
  - {name: flat}
  - {name: quoting}
  - {name: held, exposed: true}
  - {name: out, exposed: true, closing: true}
guards:
  lost:     {metric: pnl_pct, at_most: -stop_loss_spread, when_set: stop_loss_spread}
  won:      {metric: pnl_pct, at_least: long_profit_taking_spread}
  may:      {metric: quoting, is: allowed}
  due:      {metric: quotes_age_s, at_least: order_refresh_time}
  rested:   {metric: since_fill_s, at_least: filled_order_delay, when_undefined: true}
  is_flat:  {metric: position_size, at_most: 0}
  is_held:  {metric: position_size, above: 0}
  dust:     {metric: remainder, is: dust}
  none:     {metric: exits_working, at_most: 0}
  waiting:  {metric: exit_backoff_left_s, above: 0}
  halted:   {metric: quoting, is: halted}
  may_stop: {metric: exit_reason, is_not: stop_loss}
  market:   {metric: exit_order_type, is: market}
transitions:
  - {name: stop, trigger: market, source: [held, out], dest: out, reason: stop_loss, conditions: [lost, may_stop],
     unless: [dust, market], after: [cancel_orders, close_at_market]}
  - {name: halt, trigger: [halt, market], source: held, dest: out, reason: risk, conditions: halted,
     unless: [dust, market],
     after: [cancel_orders, close_at_market]}
  - {name: profit, trigger: market, source: held, dest: out, reason: take_profit, conditions: won,
     unless: [dust, market],
     after: [cancel_orders, close_at_market]}
  - {name: again, trigger: market, source: out, dest: null, conditions: [none, is_held], unless: [dust, waiting],
     after: close_at_market}
  - {name: quote, trigger: market, source: flat, dest: quoting, conditions: [may, rested], after: place_quotes}
  - {name: unquote, trigger: market, source: quoting, dest: flat, unless: may, after: cancel_quotes}
  - {name: renew, trigger: market, source: quoting, dest: null, conditions: due, after: replace_quotes}
  - {name: entered, trigger: [fill, position_changed], source: [flat, quoting], dest: held, conditions: is_held,
     after: cancel_opposite_quotes}
  - {name: done, trigger: [fill, position_changed, liquidated], source: [held, out], dest: flat, conditions: is_flat,
     after: cancel_orders}
  - {name: bad, trigger: data_bad, source: [quoting, held, out], dest: null, after: cancel_quotes}
  - {name: told, trigger: flatten, source: held, dest: out, reason: flatten,
     unless: [dust, market],
     after: [cancel_orders, close_at_market]}
  - {name: quiet, trigger: [pause, stop, halt, flatten], source: [flat, quoting, held, out], dest: null,
     after: cancel_quotes}
"""


def test_a_lifecycle_that_closes_at_market_alone_is_proved(tmp_path: Path) -> None:
    path = tmp_path / "minimal.yaml"
    path.write_text(MINIMAL, encoding="utf-8")

    report = examine(path, proves=True)

    assert report.findings == ()
    assert report.proof is not None
    assert {claim.verdict for claim in report.proof.claims} == {Verdict.PROVED}
