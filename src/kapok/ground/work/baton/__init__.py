"""The baton: offers, acceptance, refusal, judgement, delivery."""
