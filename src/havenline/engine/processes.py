"""Names of the processes that draw random numbers, as parts of their keys.

A number, once given, is never used for another process: keys stay stable between versions.
"""

REGIME = 1
TRUCE = 2
HAVEN = 3
SUSPENSION = 4
AXIS = 5
VIOLENCE = 6
KILLED = 7
INJURED = 8
HOMES = 9
SHOCK = 11
FLIGHT = 12
WHO_LEAVES = 13
DESTINATION = 14
VEHICLE = 15
RETURN = 16
ENTRY = 17
WHO_ENTERS = 18
WHO_DIES = 19
LINE = 20
CHOOSE_AGAIN = 21
HOME = 22
DEAL = 23
TEMPO = 24
THEATRE = 25
CONTAINMENT = 26
ONWARD = 27
LEVEL = 29
PULL = 30
FREEZE = 31
REFUGE = 32
RETURN_ABROAD = 33
MOVE = 34
CORRIDOR = 35
INTERVENTION = 36
TURN = 37
GO_ON_HOME = 38
ROUT = 39
ONWARD_OPENS = 40
PHASE = 41
