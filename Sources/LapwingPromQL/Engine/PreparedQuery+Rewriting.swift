extension PreparedQuery {
    /// A query whose expression was changed after it was read; annotations stand where `text` has what they are about.
    ///
    /// Not checked again: what types went in have to come out.
    public init(text: String, expression: QueryExpression) {
        self.text = text
        self.expression = expression
        // Its text does not tell.
        isTimeless = false
    }
}
