"""The webhook of the Official Account over real HTTP and Redis; wechatpy is the peer."""
