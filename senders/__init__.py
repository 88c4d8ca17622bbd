"""How a message leaves the house: mail, webhooks and chat."""
