"""The calculator: reported then, restored then. Kept? What is owed?"""
