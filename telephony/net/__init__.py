"""The asyncio shell round the SIP side: sockets and one timer."""
