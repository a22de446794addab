import type { Refusal } from '../account/order-checks.ts';

/** A code with its text, as KIS sends them. */
export interface KisText {
  readonly code: string;
  readonly text: string;
}

/** A refusal of the business servers; rt_cd is 7 on live and 1 on paper, but for a few. */
export interface BusinessRefusal extends KisText {
  readonly rtCd: string;
}

const live = (code: string, text: string): BusinessRefusal => ({ code, text, rtCd: '7' });
const paper = (code: string, text: string): BusinessRefusal => ({ code, text, rtCd: '1' });

/**
 * Refusals of orders, live and paper. Where the real refusal was never seen, the nearest one is used: on paper for a
 * wrong quantity, a wrong order type and more than there is to amend. On live, the text for a price under the lower
 * limit is a guess.
 */
export const refusals: Readonly<Record<Refusal, { readonly live: BusinessRefusal; readonly paper: BusinessRefusal }>> =
  {
    'unknown-symbol': {
      live: live('APBK0656', '해당종목정보가 없습니다'),
      paper: paper('40070000', '모의투자 주문처리가 안되었습니다(매매불가 종목)'),
    },
    quantity: {
      live: live('APBK0986', '주문수량을 확인 하여 주십시요.'),
      paper: paper('APBK0986', '주문수량을 확인 하여 주십시요.'),
    },
    'order-type': {
      live: live('APBK0963', '주문구분코드 오류 입니다.'),
      paper: paper('APBK0963', '주문구분코드 오류 입니다.'),
    },
    exchange: {
      live: live('APBK0963', '주문구분코드 오류 입니다.'),
      paper: paper('90000000', '모의투자에서는 해당업무가 제공되지 않습니다.'),
    },
    tick: {
      live: live('APBK0506', '주식주문호가단위 오류입니다.'),
      paper: paper('40030000', '모의투자 주문처리가 안되었습니다(호가단위 오류)'),
    },
    'upper-limit': {
      live: live('APBK0406', '주문가격이 상한가를 초과합니다'),
      paper: paper('40270000', '모의투자 상/하한가 오류'),
    },
    'lower-limit': {
      live: live('APBK0406', '주문가격이 하한가에 미달합니다'),
      paper: paper('40270000', '모의투자 상/하한가 오류'),
    },
    cash: {
      live: live('APBK0952', '주문가능금액을 초과 했습니다'),
      paper: paper('40250000', '모의투자 주문가능금액이 부족합니다.'),
    },
    shares: {
      live: live('APBK0400', '주문 가능한 수량을 초과했습니다.'),
      paper: paper('40240000', '모의투자 잔고내역이 없습니다.'),
    },
    'before-open': {
      live: live('APBK0918', '장운영시간이 아닙니다.(주문불가)'),
      paper: paper('40570000', '모의투자 장시작전 입니다.'),
    },
    'after-close': {
      live: live('APBK0918', '장운영시간이 아닙니다.(주문불가)'),
      paper: paper('40580000', '모의투자 장종료 입니다.'),
    },
    holiday: {
      live: live('APBK0919', '장운영일자가 주문일과 상이합니다'),
      paper: paper('40100000', '모의투자 영업일이 아닙니다.'),
    },
    'nothing-left': {
      live: live('APBK0927', '정정취소 가능수량이 없습니다.'),
      paper: paper('40330000', '모의투자 정정/취소할 수량이 없습니다.'),
    },
    'more-than-left': {
      live: live('APBK1359', '정정취소수량이 주문수량보다 많습니다'),
      paper: paper('40330000', '모의투자 정정/취소할 수량이 없습니다.'),
    },
    'unknown-order': {
      live: live('APBK0344', '원주문정보가 존재하지않습니다'),
      paper: paper('40320000', '모의투자 원주문번호가 존재하지 않습니다.'),
    },
  };

/** The texts of accepted orders, amendments and cancels. */
export const acceptances = {
  live: {
    buy: { code: 'APBK0013', text: '주문 전송 완료 되었습니다.' },
    sell: { code: 'APBK0013', text: '주문 전송 완료 되었습니다.' },
    amend: { code: 'APBK0013', text: '주문 전송 완료 되었습니다.' },
    cancel: { code: 'APBK0013', text: '주문 전송 완료 되었습니다.' },
  },
  paper: {
    buy: { code: '40600000', text: '모의투자 매수주문이 완료 되었습니다.' },
    sell: { code: '40590000', text: '모의투자 매도주문이 완료 되었습니다.' },
    amend: { code: '40620000', text: '모의투자 정정주문이 완료 되었습니다.' },
    cancel: { code: '40630000', text: '모의투자 취소주문이 완료 되었습니다.' },
  },
} as const;

/**
 * Texts about scheduled orders, which only the live host has. `closed` was seen with other hours, on a day that opened
 * late.
 */
export const scheduleTexts = {
  accepted: { code: 'APBK2938', text: '예약주문이 접수되었습니다.' },
  changed: { code: 'KIOK0430', text: '정상적으로 처리되었습니다' },
  listed: { code: 'KIOK0460', text: '조회 되었습니다. (마지막 자료)' },
  closed: live('KIER3672', '예약주문 은 15:40분 이후부터 익영업일 07:30분까지만 가능합니다.'),
} as const;

/** Answers of the queries. */
export const answered = {
  quotation: { code: 'MCA00000', text: '정상처리 되었습니다.' },
  more: { code: 'KIOK0500', text: '조회가 계속됩니다..다음버튼을 Click 하십시오.' },
  complete: { code: 'KIOK0510', text: '조회가 완료되었습니다' },
  done: { code: 'KIOK0420', text: '정상적으로 조회되었습니다' },
  found: { code: 'KIOK0530', text: '조회되었습니다' },
  empty: { code: 'KIOK0560', text: '조회할 내용이 없습니다' },
  paperComplete: { code: '20310000', text: '모의투자 조회가 완료되었습니다.' },
  paperEmpty: { code: '70070000', text: '모의투자 조회할 내역(자료)이 없습니다.' },
} as const satisfies Record<string, KisText>;

/** Refusals of the query servers and of the account check. */
export const queryRefusals = {
  symbol: { code: 'MCA05918', text: '종목코드 오류입니다.', rtCd: '1' },
  account: { code: 'OPSQ2000', text: 'ERROR : INPUT INVALID_CHECK_ACNO', rtCd: '2' },
  accountForm: { code: 'APAC0081', text: '계좌번호 입력 오류입니다', rtCd: '7' },
  retirementPension: { code: 'APBK1744', text: '퇴직연금계좌는 해당 서비스가 불가합니다.', rtCd: '7' },
  changed: { code: 'SYDB0050', text: '조회이후에 자료가 변경되었습니다.(다시 조회하세요)', rtCd: '7' },
  service: { code: 'OPSQ0002', text: '없는 서비스 코드 입니다.', rtCd: '1' },
  notOnPaper: { code: '90000000', text: '모의투자에서는 해당업무가 제공되지 않습니다.', rtCd: '1' },
  trIdMissing: { code: 'OPSQ9999', text: 'JSON PARSING ERROR : tr_id not found', rtCd: '1' },
  notJson: { code: 'OPSQ9997', text: 'JSON PARSING ERROR : invalid json format', rtCd: '1' },
} as const satisfies Record<string, BusinessRefusal>;

/**
 * The refusal for a missing or unreadable input. The end of the text names it, without the prefix of quotation inputs.
 */
export function inputRefusal(name: string): BusinessRefusal {
  const tail = name.replace(/^FID_(?:COND_|INPUT_)?/, '');
  return { code: 'OPSQ2001', text: `ERROR : INPUT INVALID_CHECK_${tail}`, rtCd: '1' };
}

/** Refusals of the gateway: on the OAuth paths, and before any other call is looked at. */
export const gatewayTexts = {
  appKeyMissing: { code: 'EGW00102', text: 'AppKey는 필수입니다.' },
  appKey: { code: 'EGW00103', text: '유효하지 않은 AppKey입니다.' },
  appSecretMissing: { code: 'EGW00104', text: 'AppSecret은 필수입니다.' },
  appSecret: { code: 'EGW00105', text: '유효하지 않은 AppSecret입니다.' },
  request: { code: 'EGW00101', text: '유효하지 않은 요청입니다.' },
  grantMissing: { code: 'EGW00115', text: '권한부여 타입(grant_type)은 필수입니다.' },
  grant: { code: 'EGW00116', text: '지원하지 않는 권한부여 타입(grant_type)입니다.' },
  tokenUnknown: { code: 'EGW00121', text: '유효하지 않은 token 입니다.' },
  tokenMissing: { code: 'EGW00122', text: 'token을 찾을 수 없습니다.' },
  tokenExpired: { code: 'EGW00123', text: '기간이 만료된 token 입니다.' },
  hashkey: { code: 'EGW00131', text: '유효하지 않은 hashkey입니다.' },
  contentType: { code: 'EGW00132', text: 'Content-Type이 유효하지 않습니다.' },
  tokenTooSoon: { code: 'EGW00133', text: '접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)' },
  tooMany: { code: 'EGW00201', text: '초당 거래건수를 초과하였습니다.' },
  routing: { code: 'EGW00203', text: 'OPS라우팅 중 오류가 발생했습니다.' },
  notBearer: { code: 'EGW00205', text: 'credentials_type이 유효하지 않습니다.(Bearer)' },
  customerType: { code: 'EGW00208', text: '고객유형(custtype)이 유효하지 않습니다.' },
  customerKey: { code: 'EGW00304', text: '고객식별키(법인 personalSeckey, 개인 appSecret)가 유효하지 않습니다.' },
  notLiveTr: { code: 'EGW02005', text: '실전투자 TR 이 아닙니다' },
  notPaperTr: { code: 'EGW02006', text: '모의투자 TR 이 아닙니다.' },
  product: { code: 'IGW00017', text: '상품번호를 확인해주세요.' },
} as const satisfies Record<string, KisText>;

/** Answers on the WebSocket. */
export const socketTexts = {
  subscribed: { rtCd: '0', code: 'OPSP0000', text: 'SUBSCRIBE SUCCESS' },
  unsubscribed: { rtCd: '0', code: 'OPSP0001', text: 'UNSUBSCRIBE SUCCESS' },
  already: { rtCd: '1', code: 'OPSP0002', text: 'ALREADY IN SUBSCRIBE' },
  notFound: { rtCd: '1', code: 'OPSP0003', text: 'UNSUBSCRIBE ERROR(not found!)' },
  full: { rtCd: '1', code: 'OPSP0008', text: 'MAX SUBSCRIBE OVER' },
  approval: { rtCd: '1', code: 'OPSP0011', text: 'invalid approval : NOT FOUND' },
  htsId: { rtCd: '9', code: 'OPSP0017', text: 'ERROR : htsid가잘못되었습니다' },
  trId: { rtCd: '1', code: 'OPSP8991', text: 'SUBSCRIBE ERROR : invalid tr_id' },
  trKey: { rtCd: '1', code: 'OPSP8992', text: 'SUBSCRIBE ERROR : invalid tr_key' },
  approvalMissing: { rtCd: '1', code: 'OPSP8995', text: 'JSON PARSING ERROR : appsecret not found' },
  inUse: { rtCd: '9', code: 'OPSP8996', text: 'ALREADY IN USE appkey' },
  trType: { rtCd: '1', code: 'OPSP8997', text: 'JSON PARSING ERROR : invalid tr_type' },
  customerType: { rtCd: '1', code: 'OPSP8998', text: 'JSON PARSING ERROR : invalid custtype' },
  trKeyMissing: { rtCd: '1', code: 'OPSP9990', text: 'JSON PARSING ERROR : tr_key not found' },
  inputMissing: { rtCd: '1', code: 'OPSP9991', text: 'JSON PARSING ERROR : input not found' },
  bodyMissing: { rtCd: '1', code: 'OPSP9992', text: 'JSON PARSING ERROR : body not found' },
  customerTypeMissing: { rtCd: '1', code: 'OPSP9997', text: 'JSON PARSING ERROR : custtype not found' },
  headerMissing: { rtCd: '1', code: 'OPSP9998', text: 'JSON PARSING ERROR : header not found' },
  notJson: { rtCd: '1', code: 'OPSP9999', text: 'JSON PARSING ERROR : invalid json format' },
} as const satisfies Record<string, BusinessRefusal>;
