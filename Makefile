demo test check:
	@./ejazo $@
.PHONY: demo test check
