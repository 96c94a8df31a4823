"""The paper exchange, pure and without a clock: admission, matching, margin and the account's books."""
