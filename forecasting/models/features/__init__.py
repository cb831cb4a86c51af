"""What a panel says of single days ahead: inputs that the network and the trees share."""
