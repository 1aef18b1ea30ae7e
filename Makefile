# 明签：唯一的任务入口。`make` 列出全部任务。
# The only task runner; every target says what it does.

VAR ?= ./var
LISTEN ?= 127.0.0.1:8080
BIN := $(or $(CARGO_TARGET_DIR),target)/try/mingqian
REGISTER := ../shared/data
# The same as in .config/nextest.toml.
BROWSER := test(/browser/) + binary(browser)

.DEFAULT_GOAL := help
.PHONY: help run test lint test-register hostile second bench soak kills docs setup clean

help:
	@echo 'make run            编译试用版（常用部分优化），在 $(VAR) 建演示城市并启动 http://$(LISTEN)'
	@echo 'make test           CI 所做的一切：规矩、格式、静态检查、文档测试、两种数据库上的测试'
	@echo '                    （不含真实名录和十万次改动，见 test-register、hostile）'
	@echo 'make lint           其中不需要数据库与浏览器的部分'
	@echo 'make test-register  真实名录上的测试（需要 $(REGISTER)）'
	@echo 'make hostile        把案卷改动十万次，mingqian verify 的核对程序没有一次判为正确（CI 不跑；一到三分钟；首次编译优化版另要几分钟）'
	@echo 'make second         由第二套实现（Python 3，照协议文本写成）重做 vectors/second-2.txt；make test 只比对，不需要 Python'
	@echo 'make bench          性能对比（不是测试）'
	@echo 'make soak           试用版经受 SOAK_MINUTES（10）分钟的风暴，超出界限即失败（不是测试，要空闲的机器）'
	@echo 'make kills          在工作中杀死服务 KILLS（1000）次，已答复的一件不少（MINGQIAN_DATABASE 另指空的 PostgreSQL）'
	@echo 'make docs           生成的文档与 API 文档'
	@echo 'make setup          安装缺少的系统软件包'
	@echo 'make clean          删除编译结果（保留 $(VAR)）'

run:
	@VAR='$(VAR)' LISTEN='$(LISTEN)' BIN='$(BIN)' scripts/run

lint:
	cargo xtask tidy
	cargo xtask gen --check
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

# nextest comes last, so that its summaries are the last thing on the screen; browsers have the machine alone, and a
# budget of their own. A failure of the first part does not keep the second from being told.
test:
	@scripts/setup test
	$(MAKE) --no-print-directory lint
	cargo test --workspace --doc --locked --quiet
	@status=0; \
	scripts/postgres run cargo nextest run --workspace --locked -E 'not ($(BROWSER))' || status=$$?; \
	scripts/timed '浏览器部分' 12 \
		scripts/postgres run cargo nextest run --workspace --locked -E '$(BROWSER)' || status=$$?; \
	exit $$status

test-register:
	@test -d $(REGISTER) || { echo '缺少 $(REGISTER)：真实名录不在公开仓库中'; exit 1; }
	scripts/postgres run cargo nextest run --workspace --locked --run-ignored only -E 'test(/register/)'

# Under the log's key no byte of a bundle is free. Built with optimization, for it verifies a hundred thousand bundles.
hostile:
	cargo test --release --locked --package verify --test two_hostile -- --ignored

# Moved into place only when whole; nothing in Rust writes this list.
second: PLANS := $(or $(CARGO_TARGET_DIR),target)/second
second:
	rm -rf '$(PLANS)'
	cargo run --locked --package draw --example second -- '$(PLANS)'
	python3 -B tools/second/list.py '$(PLANS)' > '$(PLANS)/list.txt'
	mv '$(PLANS)/list.txt' vectors/second-2.txt

bench:
	@found=$$(ls benches/*.sh 2>/dev/null); \
	test -n "$$found" || { echo 'benches/ 里没有可运行的对比'; exit 1; }; \
	for bench in $$found; do echo "== $$bench"; sh "$$bench" || exit 1; done

soak kills:
	@scripts/setup build
	cargo build --profile try --locked --package server
	@BIN='$(BIN)' scripts/$@

docs:
	cargo xtask gen
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked

setup:
	scripts/setup test

clean:
	cargo clean
