"""The running service as the admin API sees it: one desk for each area, all of one service."""
