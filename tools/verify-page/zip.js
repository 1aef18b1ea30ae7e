/*
 * Reads a bundle packed as zip: stored or deflated members, nothing else.
 * Deliberately absent: Zip64, encryption, several discs, folders: a bundle has none of them, so their
 * presence is an error and not a feature. Sizes are capped before anything is unpacked.
 */
(function (M) {
  'use strict';

  var MAX_TOTAL = 1 << 30;

  function fail(message) { throw new M.Unreadable('ZIP', message); }

  function u16(b, at) { return b[at] | (b[at + 1] << 8); }
  function u32(b, at) { return (b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24)) >>> 0; }

  var CRC = new Int32Array(256);
  for (var n = 0; n < 256; n++) {
    var c = n;
    for (var k = 0; k < 8; k++) { c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1; }
    CRC[n] = c;
  }

  function crc32(bytes) {
    var c = -1;
    for (var i = 0; i < bytes.length; i++) { c = (c >>> 8) ^ CRC[(c ^ bytes[i]) & 255]; }
    return (c ^ -1) >>> 0;
  }

  var BASE_LENGTH = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
  var MORE_LENGTH = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
  var BASE_BACK = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
  var MORE_BACK = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
  var CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

  /* Canonical Huffman decoding by counting codes per length (RFC 1951 §3.2.2). */
  function codeTable(lengths) {
    var counts = new Uint16Array(16), offsets = new Uint16Array(16), symbols = new Uint16Array(lengths.length), i;
    for (i = 0; i < lengths.length; i++) { counts[lengths[i]]++; }
    counts[0] = 0;
    var left = 1;
    for (i = 1; i < 16; i++) {
      left = left * 2 - counts[i];
      if (left < 0) { fail('压缩数据损坏（编码表超额）'); }
      if (i < 15) { offsets[i + 1] = offsets[i] + counts[i]; }
    }
    for (i = 0; i < lengths.length; i++) { if (lengths[i]) { symbols[offsets[lengths[i]]++] = i; } }
    return { counts: counts, symbols: symbols };
  }

  function inflate(input, size) {
    var out = new Uint8Array(size), made = 0, at = 0, bits = 0, held = 0;

    function take(count) {
      while (held < count) {
        if (at >= input.length) { fail('压缩数据不完整'); }
        bits |= input[at++] << held; held += 8;
      }
      var value = bits & ((1 << count) - 1);
      bits >>>= count; held -= count;
      return value;
    }
    function symbol(table) {
      var code = 0, first = 0, index = 0;
      for (var length = 1; length < 16; length++) {
        code |= take(1);
        var count = table.counts[length];
        if (code - count < first) { return table.symbols[index + (code - first)]; }
        index += count; first = (first + count) << 1; code <<= 1;
      }
      return fail('压缩数据损坏（无此编码）');
    }
    function put(byte) {
      if (made >= size) { fail('解压后比目录中声明的大'); }
      out[made++] = byte;
    }
    function storedBlock() {
      bits = 0; held = 0;
      if (at + 4 > input.length) { fail('压缩数据不完整'); }
      var length = u16(input, at);
      if ((length ^ 0xffff) !== u16(input, at + 2)) { fail('压缩数据损坏'); }
      at += 4;
      if (at + length > input.length || made + length > size) { fail('压缩数据损坏'); }
      out.set(input.subarray(at, at + length), made);
      made += length; at += length;
    }
    function fixedTables() {
      var lengths = new Uint8Array(288).fill(8);
      lengths.fill(9, 144, 256); lengths.fill(7, 256, 280);
      return [codeTable(lengths), codeTable(new Uint8Array(30).fill(5))];
    }
    function dynamicTables() {
      var literals = take(5) + 257, backs = take(5) + 1, codes = take(4) + 4;
      var short = new Uint8Array(19), lengths = new Uint8Array(literals + backs), i;
      for (i = 0; i < codes; i++) { short[CODE_ORDER[i]] = take(3); }
      var table = codeTable(short);
      for (i = 0; i < lengths.length;) {
        var s = symbol(table), repeat = 1, value = s;
        if (s === 16) {
          if (i === 0) { fail('压缩数据损坏'); }
          value = lengths[i - 1]; repeat = 3 + take(2);
        } else if (s === 17) { value = 0; repeat = 3 + take(3); }
        else if (s === 18) { value = 0; repeat = 11 + take(7); }
        if (i + repeat > lengths.length) { fail('压缩数据损坏'); }
        while (repeat--) { lengths[i++] = value; }
      }
      return [codeTable(lengths.subarray(0, literals)), codeTable(lengths.subarray(literals))];
    }
    function codedBlock(tables) {
      for (;;) {
        var s = symbol(tables[0]);
        if (s < 256) { put(s); continue; }
        if (s === 256) { return; }
        s -= 257;
        if (s > 28) { fail('压缩数据损坏'); }
        var length = BASE_LENGTH[s] + take(MORE_LENGTH[s]);
        var b = symbol(tables[1]);
        if (b > 29) { fail('压缩数据损坏'); }
        var back = BASE_BACK[b] + take(MORE_BACK[b]);
        if (back > made) { fail('压缩数据损坏'); }
        while (length--) { put(out[made - back]); }
      }
    }

    for (var last = 0; !last;) {
      last = take(1);
      var kind = take(2);
      if (kind === 0) { storedBlock(); }
      else if (kind === 1) { codedBlock(fixedTables()); }
      else if (kind === 2) { codedBlock(dynamicTables()); }
      else { fail('压缩数据损坏'); }
    }
    if (made !== size) { fail('解压后的大小与目录不符'); }
    return out;
  }

  function findEnd(b) {
    for (var at = b.length - 22; at >= 0 && at >= b.length - 22 - 65535; at--) {
      if (u32(b, at) === 0x06054b50) { return at; }
    }
    return fail('不是 zip 文件，或文件不完整');
  }

  function member(b, entry) {
    if (u16(b, entry + 8) & 1) { fail('不接受加密的 zip'); }
    var method = u16(b, entry + 10), packed = u32(b, entry + 20), size = u32(b, entry + 24);
    var nameLength = u16(b, entry + 28), head = u32(b, entry + 42);
    var name = '';
    for (var i = 0; i < nameLength; i++) { name += String.fromCharCode(b[entry + 46 + i]); }
    if (head + 30 > b.length || u32(b, head) !== 0x04034b50) { fail('目录与内容不符：' + name); }
    var from = head + 30 + u16(b, head + 26) + u16(b, head + 28);
    if (from + packed > b.length) { fail('内容不完整：' + name); }
    return {
      name: name, method: method, size: size, crc: u32(b, entry + 16), raw: b.subarray(from, from + packed),
      next: entry + 46 + nameLength + u16(b, entry + 30) + u16(b, entry + 32)
    };
  }

  /* Array of {name, bytes}; the caller decides which names a bundle may have. */
  M.readZip = function (b) {
    var end = findEnd(b), count = u16(b, end + 10), at = u32(b, end + 16), total = 0, files = [];
    if (count > 64) { fail('文件过多：' + count); }
    for (var i = 0; i < count; i++) {
      if (at + 46 > b.length || u32(b, at) !== 0x02014b50) { fail('目录损坏'); }
      var m = member(b, at);
      at = m.next;
      total += m.size;
      if (total > MAX_TOTAL) { fail('解压后超过 1 GB'); }
      if (m.method !== 0 && m.method !== 8) { fail('不支持的压缩方法 ' + m.method + '：' + m.name); }
      if (m.method === 0 && m.raw.length !== m.size) { fail('大小不符：' + m.name); }
      if (m.method === 8 && m.size > m.raw.length * 1100 + 64) { fail('压缩比异常：' + m.name); }
      var bytes = m.method === 0 ? m.raw : inflate(m.raw, m.size);
      if (crc32(bytes) !== m.crc) { fail('校验和不符：' + m.name); }
      files.push({ name: m.name, bytes: bytes });
    }
    return files;
  };
})(Mingqian);
