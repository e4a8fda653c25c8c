"""Agreements as signed data, and the decisions drawn from them: may this go to that party, may this officer do that, and why (not)?"""
