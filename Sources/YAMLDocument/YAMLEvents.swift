import CYAML

/// One step of the parser through a file.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case scalar(YAMLScalar)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }

    let kind: Kind
    /// Counted from 1.
    let line: Int
}

/// The events of one file, in its order; the only user of libyaml.
///
/// Every pointer lives and dies in here. What is refused whatever the values mean (aliases,
/// anchors, tags) is refused here, where it can be seen.
///
/// - Memory: a copy of the file, which the parser points into.
struct YAMLEvents: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(of bytes: [UInt8]) throws(YAMLError) {
        input = .allocate(capacity: bytes.count)
        _ = input.initialize(from: bytes)
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else {
            throw YAMLError(line: 1, "there is no memory to read it")
        }
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deinitialize(count: 1)
        parser.deallocate()
        input.deallocate()
    }

    /// Returns the next event. Not to be called after the end of the stream.
    mutating func next() throws(YAMLError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
        defer { yaml_event_delete(&event) }
        let line = event.start_mark.line + 1
        return YAMLEvent(kind: try kind(of: event, line), line: line)
    }

    private func kind(of event: yaml_event_t, _ line: Int) throws(YAMLError) -> YAMLEvent.Kind {
        switch event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_DOCUMENT_START_EVENT: return try documentStart(event, line)
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_SCALAR_EVENT: return try scalar(event, line)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            try refuse(anchor: start.anchor, tag: start.tag, line)
            return .sequenceStart
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            try refuse(anchor: start.anchor, tag: start.tag, line)
            return .mappingStart
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_ALIAS_EVENT: throw YAMLError(line: line, "an alias (*) is not read")
        default: return .streamEnd
        }
    }

    private func documentStart(
        _ event: yaml_event_t, _ line: Int
    ) throws(YAMLError) -> YAMLEvent.Kind {
        let tags = event.data.document_start.tag_directives
        guard tags.start == tags.end else {
            throw YAMLError(line: line, "a %TAG directive is not read")
        }
        return .documentStart
    }

    private func scalar(_ event: yaml_event_t, _ line: Int) throws(YAMLError) -> YAMLEvent.Kind {
        let scalar = event.data.scalar
        try refuse(anchor: scalar.anchor, tag: scalar.tag, line)
        let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        let text = String(decoding: bytes, as: UTF8.self)
        return .scalar(YAMLScalar(text, isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE))
    }

    private func refuse(
        anchor: UnsafePointer<UInt8>?, tag: UnsafePointer<UInt8>?, _ line: Int
    ) throws(YAMLError) {
        if anchor != nil { throw YAMLError(line: line, "an anchor (&) is not read") }
        if tag != nil { throw YAMLError(line: line, "a tag (!) is not read") }
    }

    /// What the parser stumbled over; before the first token its mark is of no use.
    private var failure: YAMLError {
        let problem = parser.pointee.problem.map { String(cString: $0) }
        let isReader = parser.pointee.error == YAML_READER_ERROR
        let line = isReader ? lineOfReader : Int(parser.pointee.problem_mark.line) + 1
        return YAMLError(line: line, problem ?? "there is no memory to read it")
    }

    /// The line of a byte that is no UTF-8, from its offset.
    private var lineOfReader: Int {
        let offset = Int(clamping: parser.pointee.problem_offset)
        return input.prefix(offset).count { $0 == UInt8(ascii: "\n") } + 1
    }
}
