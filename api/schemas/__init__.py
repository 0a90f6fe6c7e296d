"""What goes over the wire: marshmallow schemas, camelCase outside, one file a concept. They document and translate; they
decide nothing.
"""
