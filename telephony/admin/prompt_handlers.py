"""Prompts, and recordings in their place."""

from telephony.admin.operation import Answer, Ask, File
from telephony.admin.parameters import ListParameters, PromptParameters
from telephony.admin.ports import Administration
from telephony.admin.views import page_of
from telephony.admin.wire import WAV


async def prompts(service: Administration, ask: Ask[ListParameters, None]) -> Answer:
    """A page of them."""
    limit = ask.parameters.limit
    found = await service.prompts(ask.parameters.cursor, limit + 1)
    return Answer(page_of(found, limit, lambda state: state.name))


async def prompt(service: Administration, ask: Ask[PromptParameters, None]) -> Answer:
    """What is known of it, or its sound where that is asked for (RFC 9110 12.5.1)."""
    name, headers = ask.parameters.prompt, {"Vary": "Accept"}
    if WAV in ask.headers.get("Accept", "*/*"):
        return Answer(File(WAV, await service.prompt_sound(name)), headers=headers)
    return Answer(await service.prompt(name), headers=headers)


async def put(service: Administration, ask: Ask[PromptParameters, bytes]) -> Answer:
    """It is heard from the next playing on."""
    return Answer(await service.put_recording(ask.parameters.prompt, ask.body, by=ask.who.name))


async def remove(service: Administration, ask: Ask[PromptParameters, None]) -> Answer:
    """What it stood before is heard again."""
    await service.remove_recording(ask.parameters.prompt, by=ask.who.name)
    return Answer(status=204)
