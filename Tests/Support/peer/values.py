"""JSON with bytes in it, and what a request says about itself."""

import base64
import json
import urllib.parse


def to_json(value):
    if isinstance(value, (bytes, bytearray)):
        return {'$binary': base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value


def from_json(value):
    if isinstance(value, dict):
        if set(value) == {'$binary'}:
            return base64.b64decode(value['$binary'])
        return {key: from_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return value


def log(what, **fields):
    print(json.dumps({'log': what, **to_json(fields)}), flush=True)


def request_headers(environ):
    headers = {key[5:].replace('_', '-').lower(): value for key, value in environ.items() if key.startswith('HTTP_')}
    for key in ('CONTENT_TYPE', 'CONTENT_LENGTH'):
        if key in environ:
            headers[key.replace('_', '-').lower()] = environ[key]
    return headers


def parse_query(text):
    return dict(urllib.parse.parse_qsl(text, keep_blank_values=True))


def request_query(environ):
    return parse_query(environ.get('QUERY_STRING', ''))


def subject(transport):
    """The common name in the client's certificate, or None."""
    certificate = transport.get_extra_info('peercert') if transport else None
    names = dict(pair for names in (certificate or {}).get('subject', ()) for pair in names)
    return names.get('commonName')


def tls(transport):
    """What the TLS handshake came to, or None."""
    connection = transport.get_extra_info('ssl_object') if transport else None
    if connection is None:
        return None
    return {
        'version': connection.version(), 'cipher': connection.cipher()[0],
        'servername': getattr(connection, 'servername', None), 'isResumed': connection.session_reused,
    }
