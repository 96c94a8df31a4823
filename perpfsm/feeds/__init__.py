"""Market data in: recordings, CSV files and a synthetic market as one stream of messages."""

from perpfsm.feeds.detect import open_feed
from perpfsm.feeds.feed import Feed
from perpfsm.feeds.recorder import Recorder
from perpfsm.feeds.symbols import is_market, venue_symbol
from perpfsm.feeds.synthetic import synthetic_feed

__all__ = ["Feed", "Recorder", "is_market", "open_feed", "synthetic_feed", "venue_symbol"]
