"""Generated from proto/echo/v1 by tools/generate_pb.py; do not edit."""
