"""What `make i18n` writes into the catalogues of config/locales, and tests compare with them."""
