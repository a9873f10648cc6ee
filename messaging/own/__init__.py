"""How a supervised person signs in: with the telephone that an officer has written into the file."""
