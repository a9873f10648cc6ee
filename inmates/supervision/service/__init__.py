"""What officers do about orders: each deed loads, decides, saves, records and announces; none commits."""
