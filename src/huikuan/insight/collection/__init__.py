"""Collection 回款: for every order what it should bring, what has come, where the rest is."""
