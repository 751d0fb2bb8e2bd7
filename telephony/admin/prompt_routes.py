"""The operations on prompts: what callers hear, and recordings that are put in its place."""

from telephony.admin import parameters as p
from telephony.admin import prompt_handlers
from telephony.admin.bodies import WavBody
from telephony.admin.errors import Kind
from telephony.admin.operation import Example, Operation, Page
from telephony.admin.values import PromptState
from telephony.admin.wire import WAV
from telephony.tokens import Role

_EXAMPLE = (
    b"RIFF"
    + b",\0\0\0"
    + b"WAVEfmt "
    + b"\x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x08\0\0\0"
    b"@@@@@@@@"
).decode()
"""The shortest WAV file there is, which is too short for a recording."""

PROMPT_ROUTES: tuple[Operation, ...] = (
    Operation(
        id="listPrompts",
        method="GET",
        path="/prompts",
        summary="List the prompts: what they say, and which are recordings",
        role=Role.READER,
        handler=prompt_handlers.prompts,
        answer=Page[PromptState],
        parameters=p.ListParameters,
    ),
    Operation(
        id="readPrompt",
        method="GET",
        path="/prompts/{prompt}",
        summary="See one prompt, or hear it",
        about="`Accept: audio/wav` gives what callers hear.",
        role=Role.READER,
        handler=prompt_handlers.prompt,
        answer=PromptState,
        also=(WAV,),
        parameters=p.PromptParameters,
        problems=(Kind.NOT_FOUND,),
        example=Example({"prompt": "closed"}),
    ),
    Operation(
        id="putRecording",
        method="PUT",
        path="/prompts/{prompt}",
        summary="Put a recording in place of a prompt, or add a new one",
        about="A WAV file in PCM (8, 16, 24 or 32 bits), float, A-law or µ-law, 8 to 96 kHz, up to 8 "
        "channels, of 0.1 to 60 s (`music`: 300 s). It is mixed to one channel, brought to 8 kHz (16 for "
        "G.722) and made as loud as the other prompts. Callers hear it from the next playing on, on every "
        "node within 15 s.",
        role=Role.ADMIN,
        handler=prompt_handlers.put,
        answer=PromptState,
        parameters=p.PromptParameters,
        body=WavBody(),
        problems=(Kind.RECORDING_REFUSED, Kind.DATABASE_AWAY),
        example=Example({"prompt": "closed"}, _EXAMPLE),
        seconds=180.0,  # five minutes of music take one where calls leave little of the machine
    ),
    Operation(
        id="removeRecording",
        method="DELETE",
        path="/prompts/{prompt}",
        summary="Remove a recording: what it stood before is heard again",
        role=Role.ADMIN,
        handler=prompt_handlers.remove,
        parameters=p.PromptParameters,
        problems=(Kind.NOT_FOUND, Kind.PROMPT_USED, Kind.DATABASE_AWAY),
        example=Example({"prompt": "busy"}),
    ),
)
