"""Relatives: their web app, the page that proves a telephone, and the officers' page about them."""
