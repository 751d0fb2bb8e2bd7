"""Session descriptions and their negotiation: pure, one `SdpSession` for each leg."""
