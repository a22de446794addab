CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
INSERT INTO "kysely_migration" VALUES('0001-ledger','2026-11-30T18:25:20.645Z');
INSERT INTO "kysely_migration" VALUES('0002-alerts','2026-11-30T18:25:20.646Z');
INSERT INTO "kysely_migration" VALUES('0003-people','2026-11-30T18:25:20.647Z');
INSERT INTO "kysely_migration" VALUES('0004-reconciler','2026-11-30T18:25:20.655Z');
INSERT INTO "kysely_migration" VALUES('0005-quiet-hours','2026-11-30T18:25:20.656Z');
INSERT INTO "kysely_migration" VALUES('0006-watchlists','2026-11-30T18:25:20.657Z');
INSERT INTO "kysely_migration" VALUES('0007-alert-conditions','2026-11-30T18:25:20.658Z');
INSERT INTO "kysely_migration" VALUES('0009-alert-events','2026-11-30T18:25:20.659Z');
INSERT INTO "kysely_migration" VALUES('0010-order-parts','2026-11-30T18:25:20.660Z');
INSERT INTO "kysely_migration" VALUES('0011-message-subjects','2026-11-30T18:25:20.661Z');
CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
INSERT INTO "kysely_migration_lock" VALUES('migration_lock',0);
CREATE TABLE "proposals" ("id" text not null primary key, "person_id" text not null, "channel" text not null, "chat_id" text not null, "command" text not null, "plan" text not null, "created_at" bigint not null, "expires_at" bigint not null, "status" text not null, "shown" text default '' not null);
INSERT INTO "proposals" VALUES('aef2e0b8f465','console:local','console','local','buy','{"request":{"symbol":"005930","side":"buy","type":"limit","price":70000,"exchange":"KRX","quantity":10},"instrument":{"symbol":"005930","name":"삼성전자","market":"KOSPI","kind":"stock"},"shownLast":70000}',1795395601032,1795395661032,'taken','매수 주문표 · 삼성전자 005930
지정가 70,000원 × 10주 = 700,000원
가격이 없어 최우선 매도호가 지정가로 정했습니다.
현재가 70,000원 보합
수수료 약 98원
매수가능 142주 (주문가능 10,000,000원)');
INSERT INTO "proposals" VALUES('3a77864ad064','console:local','console','local','buy','{"request":{"symbol":"005930","side":"buy","type":"limit","price":60000,"exchange":"KRX","quantity":3},"instrument":{"symbol":"005930","name":"삼성전자","market":"KOSPI","kind":"stock"},"shownLast":70000}',1795395601230,1795395661230,'taken','매수 주문표 · 삼성전자 005930
지정가 60,000원 × 3주 = 180,000원
현재가 70,000원 보합
수수료 약 25원
매수가능 154주 (주문가능 9,299,902원)');
INSERT INTO "proposals" VALUES('984c2ce390fb','console:local','console','local','buy','{"request":{"symbol":"000660","side":"buy","type":"limit","price":192000,"exchange":"KRX","quantity":1},"instrument":{"symbol":"000660","name":"SK하이닉스","market":"KOSPI","kind":"stock"},"shownLast":192000}',1795395601447,1795395661447,'dropped','매수 주문표 · SK하이닉스 000660
지정가 192,000원 × 1주 = 192,000원
가격이 없어 최우선 매도호가 지정가로 정했습니다.
현재가 192,000원 보합
수수료 약 26원
매수가능 47주 (주문가능 9,119,877원)');
INSERT INTO "proposals" VALUES('94aa920f3267','console:local','console','local','sell','{"request":{"symbol":"005930","side":"sell","type":"limit","price":90000,"exchange":"KRX","quantity":2},"instrument":{"symbol":"005930","name":"삼성전자","market":"KOSPI","kind":"stock"},"shownLast":70000}',1795395601538,1795395661538,'taken','매도 주문표 · 삼성전자 005930
지정가 90,000원 × 2주 = 180,000원
현재가 70,000원 보합
수수료 약 25원, 세금 약 360원
매도가능 10주');
INSERT INTO "proposals" VALUES('93efdfa95e43','console:local','console','local','cancel','[{"target":{"reference":{"number":"360004","branch":"06010"},"action":"new","symbol":"005930","name":"삼성전자","side":"sell","type":"limit","quantity":2,"price":90000,"filledQuantity":0,"filledAmount":0,"remaining":2,"cancelledQuantity":0,"rejectedQuantity":0,"exchange":"KRX","day":"20261123","time":"100001"}}]',1795395601686,1795395661686,'taken','취소 주문표
360004 삼성전자 매도 90,000원 · 남은 2주');
INSERT INTO "proposals" VALUES('f545412a7882','console:local','console','local','buy','{"request":{"symbol":"005930","side":"buy","type":"limit","price":61000,"exchange":"KRX","quantity":1},"instrument":{"symbol":"005930","name":"삼성전자","market":"KOSPI","kind":"stock"},"shownLast":70000}',1795395601922,1795395661922,'open','매수 주문표 · 삼성전자 005930
지정가 61,000원 × 1주 = 61,000원
현재가 70,000원 보합
수수료 약 8원
매수가능 149주 (주문가능 9,119,877원)');
CREATE TABLE "orders" ("id" text not null primary key, "sequence" bigint not null unique, "proposal_id" text not null references "proposals" ("id"), "position" integer not null, "person_id" text not null, "channel" text not null, "chat_id" text not null, "kind" text not null, "intent" text not null, "day" text not null, "amount" bigint not null, "status" text not null, "order_number" text, "branch" text, "filled_quantity" bigint not null, "filled_amount" bigint not null, "code" text, "text" text, "confirmed_at" bigint not null, "updated_at" bigint not null, "seen_position" integer default 0 not null, "cancelled_quantity" bigint default 0 not null, "replaced_quantity" bigint default 0 not null, constraint "orders_position_unique" unique ("proposal_id", "position"), constraint "orders_amount_positive" check (amount >= 0));
INSERT INTO "orders" VALUES('7787e5fd4471',1,'aef2e0b8f465',0,'console:local','console','local','place','{"kind":"place","request":{"symbol":"005930","side":"buy","type":"limit","price":70000,"exchange":"KRX","quantity":10}}','20261123',700000,'filled','360002','06010',10,700000,NULL,NULL,1795395601079,1795395601178,0,0,0);
INSERT INTO "orders" VALUES('2cb60bb471aa',2,'3a77864ad064',0,'console:local','console','local','place','{"kind":"place","request":{"symbol":"005930","side":"buy","type":"limit","price":60000,"exchange":"KRX","quantity":3}}','20261123',180000,'accepted','360003','06010',0,0,NULL,NULL,1795395601283,1795395601316,1,0,0);
INSERT INTO "orders" VALUES('914bb2202959',3,'94aa920f3267',0,'console:local','console','local','place','{"kind":"place","request":{"symbol":"005930","side":"sell","type":"limit","price":90000,"exchange":"KRX","quantity":2}}','20261123',180000,'cancelled','360004','06010',0,0,NULL,NULL,1795395601652,1795395601745,2,0,0);
INSERT INTO "orders" VALUES('e825ec822bf0',4,'93efdfa95e43',0,'console:local','console','local','cancel','{"kind":"cancel","target":{"number":"360004","branch":"06010"},"symbol":"005930","side":"sell","exchange":"KRX","quantity":2}','20261123',0,'done','360005','06010',0,0,NULL,NULL,1795395601693,1795395601699,2,0,0);
CREATE TABLE "order_events" ("order_id" text not null references "orders" ("id"), "sequence" integer not null, "at" bigint not null, "type" text not null, "data" text not null, constraint "order_events_key" primary key ("order_id", "sequence"));
INSERT INTO "order_events" VALUES('7787e5fd4471',1,1795395601079,'confirmed','{}');
INSERT INTO "order_events" VALUES('7787e5fd4471',2,1795395601107,'submitting','{}');
INSERT INTO "order_events" VALUES('7787e5fd4471',3,1795395601131,'accepted','{"reference":{"number":"360002","branch":"06010"}}');
INSERT INTO "order_events" VALUES('7787e5fd4471',4,1795395601178,'filled','{"quantity":10,"price":70000,"filledQuantity":10,"filledAmount":700000,"source":"notice"}');
INSERT INTO "order_events" VALUES('2cb60bb471aa',1,1795395601283,'confirmed','{}');
INSERT INTO "order_events" VALUES('2cb60bb471aa',2,1795395601298,'submitting','{}');
INSERT INTO "order_events" VALUES('2cb60bb471aa',3,1795395601316,'accepted','{"reference":{"number":"360003","branch":"06010"}}');
INSERT INTO "order_events" VALUES('914bb2202959',1,1795395601652,'confirmed','{}');
INSERT INTO "order_events" VALUES('914bb2202959',2,1795395601661,'submitting','{}');
INSERT INTO "order_events" VALUES('914bb2202959',3,1795395601663,'accepted','{"reference":{"number":"360004","branch":"06010"}}');
INSERT INTO "order_events" VALUES('e825ec822bf0',1,1795395601693,'confirmed','{}');
INSERT INTO "order_events" VALUES('e825ec822bf0',2,1795395601695,'submitting','{}');
INSERT INTO "order_events" VALUES('e825ec822bf0',3,1795395601699,'accepted','{"reference":{"number":"360005","branch":"06010"}}');
INSERT INTO "order_events" VALUES('914bb2202959',4,1795395601745,'cancelled','{"quantity":2}');
CREATE TABLE "execution_notices" ("day" text not null, "fingerprint" text not null, "number" text not null, "kind" text not null, "quantity" bigint not null, "at" bigint not null, constraint "execution_notices_key" primary key ("day", "fingerprint"));
INSERT INTO "execution_notices" VALUES('20261123','0000360002^^02^0^00^0^005930^0000000010^000070000^100001^0^2^2^06010^000000010^^1^Y^^10^^삼성전자^000070000','360002','filled',10,1795395601162);
CREATE TABLE "outbox" ("id" bigint not null primary key, "channel" text not null, "chat_id" text not null, "edits" text, "key" text, "body" text not null, "state" text not null, "attempts" integer not null, "error" text, "created_at" bigint not null, "sent_at" bigint, "reference" text, "held_for" text, "held_until" bigint, "alert_id" text, "about" text);
INSERT INTO "outbox" VALUES(1,'console','local',NULL,NULL,'{"lines":[["[시뮬레이터] ","KIS 시뮬레이터로 시작했습니다. 가격은 지어낸 것이고 돈은 움직이지 않습니다."],"/start 로 시작해 보세요."]}','sent',0,NULL,1795395600532,1795395600698,'1',NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(2,'console','local',NULL,'ticket:aef2e0b8f465','{"buttons":[[{"id":"confirm:aef2e0b8f465","label":"확인"},{"id":"drop:aef2e0b8f465","label":"취소"}],[{"id":"instead:aef2e0b8f465:/buy 005930 10 69900","label":"−1틱"},{"id":"instead:aef2e0b8f465:/buy 005930 10 70100","label":"+1틱"}]],"private":true,"lines":[["[시뮬레이터] ",{"bold":"매수 주문표"}," · ",{"bold":"삼성전자"}," ",{"code":"005930"}],[{"bold":"지정가 70,000원 × 10주 = 700,000원"}],"가격이 없어 최우선 매도호가 지정가로 정했습니다.",["현재가 70,000원 ",{"tone":"even","text":"보합"}],"수수료 약 98원","매수가능 142주 (주문가능 10,000,000원)","60초 안에 확인해 주세요."]}','sent',0,NULL,1795395601045,1795395601052,'2',NULL,NULL,NULL,'aef2e0b8f465');
INSERT INTO "outbox" VALUES(3,'console','local','ticket:aef2e0b8f465',NULL,'{"private":true,"lines":[["[시뮬레이터] ",{"bold":"접수됨"}],"삼성전자 매수 10주 70,000원",["주문번호 ",{"code":"360002"}],"체결되면 알려 드립니다."]}','sent',0,NULL,1795395601139,1795395601155,'2',NULL,NULL,NULL,'aef2e0b8f465');
INSERT INTO "outbox" VALUES(4,'console','local',NULL,NULL,'{"private":true,"lines":[["[시뮬레이터] ",{"bold":"체결"}," 삼성전자 매수 ",{"bold":"10주 × 70,000원"}],["누적 10주 / 10주"," · ","주문번호 ",{"code":"360002"}]]}','sent',0,NULL,1795395601178,1795395601198,'3',NULL,NULL,NULL,'aef2e0b8f465');
INSERT INTO "outbox" VALUES(5,'console','local',NULL,'ticket:3a77864ad064','{"buttons":[[{"id":"confirm:3a77864ad064","label":"확인"},{"id":"drop:3a77864ad064","label":"취소"}],[{"id":"instead:3a77864ad064:/buy 005930 3 59900","label":"−1틱"},{"id":"instead:3a77864ad064:/buy 005930 3 60100","label":"+1틱"}]],"private":true,"lines":[["[시뮬레이터] ",{"bold":"매수 주문표"}," · ",{"bold":"삼성전자"}," ",{"code":"005930"}],[{"bold":"지정가 60,000원 × 3주 = 180,000원"}],["현재가 70,000원 ",{"tone":"even","text":"보합"}],"수수료 약 25원","매수가능 154주 (주문가능 9,299,902원)","60초 안에 확인해 주세요."]}','sent',0,NULL,1795395601237,1795395601250,'4',NULL,NULL,NULL,'3a77864ad064');
INSERT INTO "outbox" VALUES(6,'console','local','ticket:3a77864ad064',NULL,'{"private":true,"lines":[["[시뮬레이터] ",{"bold":"접수됨"}],"삼성전자 매수 3주 60,000원",["주문번호 ",{"code":"360003"}],"체결되면 알려 드립니다."]}','sent',0,NULL,1795395601335,1795395601342,'4',NULL,NULL,NULL,'3a77864ad064');
INSERT INTO "outbox" VALUES(7,'console','local',NULL,NULL,'{"failure":{"code":"rule.upper-limit","mistyped":false},"lines":[["[시뮬레이터] ","상한가 249,500원을 넘습니다(1,000,000원). 249,500원까지 됩니다."]]}','sent',0,NULL,1795395601404,1795395601417,'5',NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(8,'console','local',NULL,'ticket:984c2ce390fb','{"buttons":[[{"id":"confirm:984c2ce390fb","label":"확인"},{"id":"drop:984c2ce390fb","label":"취소"}],[{"id":"instead:984c2ce390fb:/buy 000660 1 191900","label":"−1틱"},{"id":"instead:984c2ce390fb:/buy 000660 1 192100","label":"+1틱"}]],"private":true,"lines":[["[시뮬레이터] ",{"bold":"매수 주문표"}," · ",{"bold":"SK하이닉스"}," ",{"code":"000660"}],[{"bold":"지정가 192,000원 × 1주 = 192,000원"}],"가격이 없어 최우선 매도호가 지정가로 정했습니다.",["현재가 192,000원 ",{"tone":"even","text":"보합"}],"수수료 약 26원","매수가능 47주 (주문가능 9,119,877원)","60초 안에 확인해 주세요."]}','sent',0,NULL,1795395601461,1795395601473,'6',NULL,NULL,NULL,'984c2ce390fb');
INSERT INTO "outbox" VALUES(9,'console','local','ticket:984c2ce390fb',NULL,'{"private":true,"lines":[["[시뮬레이터] ","주문표를 취소했습니다. 보낸 것은 없습니다."]]}','sent',0,NULL,1795395601498,1795395601515,'6',NULL,NULL,NULL,'984c2ce390fb');
INSERT INTO "outbox" VALUES(10,'console','local',NULL,'ticket:94aa920f3267','{"buttons":[[{"id":"confirm:94aa920f3267","label":"확인"},{"id":"drop:94aa920f3267","label":"취소"}],[{"id":"instead:94aa920f3267:/sell 005930 2 89900","label":"−1틱"},{"id":"instead:94aa920f3267:/sell 005930 2 90100","label":"+1틱"}]],"private":true,"lines":[["[시뮬레이터] ",{"bold":"매도 주문표"}," · ",{"bold":"삼성전자"}," ",{"code":"005930"}],[{"bold":"지정가 90,000원 × 2주 = 180,000원"}],["현재가 70,000원 ",{"tone":"even","text":"보합"}],"수수료 약 25원, 세금 약 360원","매도가능 10주","60초 안에 확인해 주세요."]}','sent',0,NULL,1795395601542,1795395601546,'7',NULL,NULL,NULL,'94aa920f3267');
INSERT INTO "outbox" VALUES(11,'console','local','ticket:94aa920f3267',NULL,'{"private":true,"lines":[["[시뮬레이터] ",{"bold":"접수됨"}],"삼성전자 매도 2주 90,000원",["주문번호 ",{"code":"360004"}],"체결되면 알려 드립니다."]}','sent',0,NULL,1795395601669,1795395601678,'7',NULL,NULL,NULL,'94aa920f3267');
INSERT INTO "outbox" VALUES(12,'console','local',NULL,'ticket:93efdfa95e43','{"buttons":[[{"id":"confirm:93efdfa95e43","label":"확인"},{"id":"drop:93efdfa95e43","label":"닫기"}]],"private":true,"lines":[["[시뮬레이터] ",{"bold":"취소 주문표"}],[{"code":"360004"}," 삼성전자 매도 90,000원 · 남은 ","2주"],"60초 안에 확인해 주세요."]}','sent',0,NULL,1795395601689,1795395601691,'8',NULL,NULL,NULL,'93efdfa95e43');
INSERT INTO "outbox" VALUES(13,'console','local','ticket:93efdfa95e43',NULL,'{"private":true,"lines":[["[시뮬레이터] ",{"bold":"취소 접수됨"}],"삼성전자 매도 2주 · 주문 360004 취소"]}','sent',0,NULL,1795395601700,1795395601721,'8',NULL,NULL,NULL,'93efdfa95e43');
INSERT INTO "outbox" VALUES(14,'console','local',NULL,NULL,'{"private":true,"lines":[["[시뮬레이터] ",{"bold":"취소 확인"}," 삼성전자 매도 2주 90,000원"],"남은 2주가 취소되었습니다."]}','sent',0,NULL,1795395601745,1795395601757,'9',NULL,NULL,NULL,'94aa920f3267');
INSERT INTO "outbox" VALUES(15,'console','local',NULL,'view:406bc30fc329','{"buttons":[[{"id":"show:406bc30fc329:/watch","label":"새로고침"},{"id":"show:406bc30fc329:/watch live","label":"실시간"}]],"lines":[["[시뮬레이터] ",{"bold":"관심종목 2"}," · 10:00:01"],[{"code":" 70,000  0  0.00%"}," ","삼성전자"],[{"code":"192,000  0  0.00%"}," ","SK하이닉스"]]}','sent',0,NULL,1795395601781,1795395601790,'10',NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(16,'console','local',NULL,NULL,'{"buttons":[[{"id":"run:/alerts","label":"알림 목록"}]],"lines":[["[시뮬레이터] ",{"bold":"알림을 만들었습니다"}],"삼성전자 80,000원 이상","현재가 70,000원"]}','sent',0,NULL,1795395601816,1795395601829,'11',NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(17,'console','local',NULL,NULL,'{"lines":[["[시뮬레이터] ","telegram:5: 이제 거래 권한이 있습니다."]]}','sent',0,NULL,1795395601852,1795395601857,'12',NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(18,'console','local',NULL,NULL,'{"buttons":[[{"id":"run:/settings fills silent","label":"체결 무음"},{"id":"run:/settings alerts silent","label":"알림 무음"}],[{"id":"run:/settings orders silent","label":"주문 무음"},{"id":"run:/settings starts silent","label":"시작 무음"}],[{"id":"run:/settings quiet 22:00-07:00","label":"방해 금지 22:00-07:00"},{"id":"run:/settings language en","label":"English"}],[{"id":"run:/settings mirror on","label":"다른 채팅에도 보이기"}],[{"id":"run:/settings exchange NXT","label":"기본 거래소 NXT"},{"id":"run:/settings all here","label":"모두 여기로 받기"}]],"private":true,"lines":[["[시뮬레이터] ",{"bold":"내 설정"}],"체결: 켬","가격 알림: 켬","주문(취소·정정·마감): 켬","봇 시작: 켬","방해 금지: 끔","기본 거래소: KRX","언어: 한국어","주문표를 내 다른 채팅에도 보이기: 끔",["알림은 물어본 채팅으로 갑니다. 이 채팅으로 모으기: ",{"code":"/settings fills here"}],"돈이 걸린 알림(결과 모름, 거부, 확인 요청)은 언제나 바로 갑니다."]}','sent',0,NULL,1795395601874,1795395601900,'13',NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(19,'console','local',NULL,'ticket:f545412a7882','{"buttons":[[{"id":"confirm:f545412a7882","label":"확인"},{"id":"drop:f545412a7882","label":"취소"}],[{"id":"instead:f545412a7882:/buy 005930 1 60900","label":"−1틱"},{"id":"instead:f545412a7882:/buy 005930 1 61100","label":"+1틱"}]],"private":true,"lines":[["[시뮬레이터] ",{"bold":"매수 주문표"}," · ",{"bold":"삼성전자"}," ",{"code":"005930"}],[{"bold":"지정가 61,000원 × 1주 = 61,000원"}],["현재가 70,000원 ",{"tone":"even","text":"보합"}],"수수료 약 8원","매수가능 149주 (주문가능 9,119,877원)","60초 안에 확인해 주세요."]}','sent',0,NULL,1795395602287,1795395602298,'14',NULL,NULL,NULL,'f545412a7882');
INSERT INTO "outbox" VALUES(20,'console','local',NULL,NULL,'{"lines":[["[시뮬레이터] ","켤 필요가 없습니다. 주문은 이미 나갈 수 있습니다."]]}','sent',0,NULL,1795395602302,1795395602316,'15',NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(21,'console','local',NULL,NULL,'{"buttons":[[{"id":"run:/cancel all","label":"미체결 모두 취소"}]],"lines":[["[시뮬레이터] ","거래를 정지했습니다. 새 주문은 나가지 않습니다. 취소는 됩니다."]]}','sent',0,NULL,1795395602337,1795395602342,'16',NULL,NULL,NULL,NULL);
CREATE TABLE "settings" ("name" text not null primary key, "value" text not null);
INSERT INTO "settings" VALUES('person:console:local','{"fills":"on","alerts":"on","orders":"on","starts":"on","mirror":false,"places":{}}');
INSERT INTO "settings" VALUES('halted','true');
CREATE TABLE "alerts" ("id" text not null primary key, "person_id" text not null, "channel" text not null, "chat_id" text not null, "symbol" text not null, "state" text not null, "created_at" bigint not null, "fired_at" bigint, "condition" text default '' not null, "repeats" integer default 0 not null, "until" text, "level" text, "level_day" text default '' not null);
INSERT INTO "alerts" VALUES('358cccaa859c','console:local','console','local','005930','armed',1795395601808,NULL,'{"kind":"price","direction":"at-or-above","price":80000}',0,NULL,'{"metric":"price","direction":"at-or-above","value":80000}','20261123');
CREATE TABLE "people" ("identity" text not null primary key, "person_id" text not null, "role" text not null);
INSERT INTO "people" VALUES('telegram:5','telegram:5','trader');
CREATE TABLE "seen_orders" ("day" text not null, "number" text not null, "position" integer not null, constraint "seen_orders_key" primary key ("day", "number"));
INSERT INTO "seen_orders" VALUES('20261123','360002',1);
INSERT INTO "seen_orders" VALUES('20261123','360003',2);
CREATE TABLE "watched_issues" ("person_id" text not null, "symbol" text not null, "position" integer not null, constraint "watched_issues_key" primary key ("person_id", "symbol"));
INSERT INTO "watched_issues" VALUES('console:local','005930',1);
INSERT INTO "watched_issues" VALUES('console:local','000660',2);
CREATE TABLE "alert_events" ("alert_id" text not null, "sequence" integer not null, "at" bigint not null, "type" text not null, "data" text not null, constraint "alert_events_key" primary key ("alert_id", "sequence"));
INSERT INTO "alert_events" VALUES('358cccaa859c',1,1795395601808,'created','{"type":"created","seen":{"price":70000,"volume":348323},"level":{"metric":"price","direction":"at-or-above","value":80000},"state":"armed"}');
CREATE INDEX "orders_day" on "orders" ("day", "order_number");
CREATE INDEX "orders_status" on "orders" ("status");
CREATE INDEX "execution_notices_number" on "execution_notices" ("day", "number", "kind");
CREATE INDEX "outbox_state" on "outbox" ("state", "channel", "chat_id", "id");
CREATE INDEX "outbox_key" on "outbox" ("channel", "chat_id", "key");
CREATE INDEX "alerts_state" on "alerts" ("state", "created_at");
CREATE INDEX "outbox_alert" on "outbox" ("alert_id");
