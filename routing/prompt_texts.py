"""What a plan has spoken: its own prompts, and greetings of which it says the text."""

from routing.plan import Plan


def texts_of(plan: Plan) -> dict[str, str]:
    """By name, what its prompts say."""
    return {name: prompt.text for name, prompt in plan.prompts.items()}


def greetings_of(plan: Plan) -> dict[str, str]:
    """By name, what greetings of voicemails say that are no prompts of the plan. They are spoken where there
    is no prompt of that name otherwise."""
    written = {box.greeting: " ".join(box.text.split()) for box in plan.voicemails.values() if box.text}
    return {name: text for name, text in written.items() if name not in plan.prompts}
