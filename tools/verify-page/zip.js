/*
 * Reads a bundle packed as zip in the one form the protocol allows (§8): entries one after another from the first byte,
 * then the directory in the same order, then the end record, and nothing else. Two programs can read such a file in one
 * way only. Stored or deflated entries; all of them may lie in one top folder.
 * Deliberately absent: Zip64, encryption, data descriptors, comments, extra fields: their presence is an error. Sizes
 * are capped before anything is unpacked.
 */
(function (M) {
  'use strict';

  M.MAX_TOTAL = 1 << 30;
  M.MAX_ENTRIES = 4096;

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
      if (literals > 286 || backs > 30) { fail('压缩数据损坏'); }
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
    if (at !== input.length) { fail('压缩数据之后还有别的字节'); }
    return out;
  }

  var LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50, END_SIZE = 22;
  var FLAGS = 0x0806, FOLDER = 0x10, VOLUME_OR_DEVICE = 0x48;
  var TOP = /^[0-9A-Za-z][0-9A-Za-z._-]{0,30}$/;

  function word(b, from, length) {
    var out = '';
    for (var i = 0; i < length; i++) {
      var c = b[from + i];
      if (!(c > 0x20 && c < 0x7f)) { fail('文件名只能用 ASCII 字符'); }
      out += String.fromCharCode(c);
    }
    return out;
  }

  /* The fields that both headers have, beginning at `at`: flags, method, CRC, sizes, lengths of name and extra. */
  function shared(b, at) {
    return { flags: u16(b, at), method: u16(b, at + 2), crc: u32(b, at + 8), packed: u32(b, at + 12), size: u32(b, at + 16),
      nameLength: u16(b, at + 20), extra: u16(b, at + 22) };
  }
  function agree(a, b) { return Object.keys(a).every(function (key) { return a[key] === b[key]; }); }

  function localEntry(b, at) {
    if (at + 30 > b.length || u32(b, at) !== LOCAL) { fail('文件应从头起一个接一个，第 ' + at + ' 字节处不是文件头'); }
    var head = shared(b, at + 6), from = at + 30 + head.nameLength;
    if (head.extra) { fail('不接受附加字段'); }
    if (head.flags & ~FLAGS) { fail('不接受加密或数据描述符'); }
    if (head.method !== 0 && head.method !== 8) { fail('不支持的压缩方法 ' + head.method); }
    if (from + head.packed > b.length) { fail('内容不完整'); }
    return { head: head, name: word(b, at + 30, head.nameLength), raw: b.subarray(from, from + head.packed), at: at, next: from + head.packed };
  }

  function checkDirectory(b, at, entry) {
    if (at + 46 > b.length || u32(b, at) !== CENTRAL) { fail('目录损坏'); }
    var attributes = u32(b, at + 38), mode = attributes >>> 28, folder = /[/]$/.test(entry.name);
    if (!agree(shared(b, at + 8), entry.head) || word(b, at + 46, entry.head.nameLength) !== entry.name || u32(b, at + 42) !== entry.at) {
      fail('目录与文件头不符：' + entry.name);
    }
    if (u16(b, at + 32) || u16(b, at + 34)) { fail('不接受注释或分卷'); }
    if (attributes & VOLUME_OR_DEVICE || (mode !== 0 && mode !== (folder ? 4 : 8)) || (!folder && attributes & FOLDER)) {
      fail('不是普通文件：' + entry.name);
    }
    return at + 46 + entry.head.nameLength;
  }

  function content(entry) {
    var head = entry.head;
    if (head.method === 0 && head.packed !== head.size) { fail('大小不符：' + entry.name); }
    if (head.method === 8 && head.size > head.packed * 1100 + 64) { fail('压缩比异常：' + entry.name); }
    var bytes = head.method === 0 ? entry.raw : inflate(entry.raw, head.size);
    if (crc32(bytes) !== head.crc) { fail('校验和不符：' + entry.name); }
    return bytes;
  }

  /* The entries without the one top folder all of them may lie in. */
  function flat(entries) {
    var cut = entries.length ? entries[0].name.indexOf('/') : -1;
    if (cut < 0) { return entries; }
    var top = entries[0].name.slice(0, cut + 1);
    if (!TOP.test(top.slice(0, -1))) { fail('不接受这个文件夹名：' + top); }
    if (entries[0].name === top) {
      var head = entries[0].head;
      if (head.method || head.crc || head.size || head.packed) { fail('文件夹不应有内容'); }
      entries = entries.slice(1);
    }
    return entries.map(function (entry) {
      if (entry.name.slice(0, top.length) !== top) { fail('只接受一层文件夹，全部文件都在其中'); }
      entry.name = entry.name.slice(top.length);
      return entry;
    });
  }

  /* Array of {name, bytes}; the caller decides which names a bundle may have. */
  M.readZip = function (b) {
    var end = b.length - END_SIZE, entries = [], at = 0, total = 0;
    if (end < 0 || u32(b, end) !== END || u16(b, end + 20)) { fail('不是 zip 文件，或文件不完整，或末尾有多余的字节'); }
    var count = u16(b, end + 10), directory = u32(b, end + 16);
    if (count > M.MAX_ENTRIES) { fail('文件超过 ' + M.MAX_ENTRIES + ' 个'); }
    if (u32(b, end + 4) || u16(b, end + 8) !== count) { fail('不接受分卷的 zip'); }
    for (var i = 0; i < count; i++) {
      var entry = localEntry(b, at);
      total += entry.head.size;
      if (total > M.MAX_TOTAL) { fail('解压后超过 1 GB'); }
      at = entry.next;
      entries.push(entry);
    }
    if (at !== directory) { fail('文件与目录之间有多余的字节'); }
    entries.forEach(function (one) { at = checkDirectory(b, at, one); });
    if (at !== end || at - directory !== u32(b, end + 12)) { fail('目录与末尾之间有多余的字节'); }
    return flat(entries).map(function (one) {
      if (/[/]/.test(one.name) || one.name === '') { fail('不接受文件夹：' + one.name); }
      return { name: one.name, bytes: content(one) };
    });
  };
})(Mingqian);
