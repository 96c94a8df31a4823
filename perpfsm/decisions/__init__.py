"""Trading decisions as pure functions: quotes, exits, reconciliation and risk."""
