@{
    Severity     = @('Error', 'Warning', 'Information')
    ExcludeRules = @(
        # What BeforeAll sets is read in It; the analyzer sees two script blocks that have nothing to do with each other.
        'PSUseDeclaredVarsMoreThanAssignments'
        'PSReviewUnusedParameter'
        # Actions run in the scope of the session, so what they have done can only be seen there.
        'PSAvoidGlobalVars'
        # Nobody is there to answer Get-Credential.
        'PSAvoidOverwritingBuiltInCmdlets'
        # PowerShell 7 reads UTF-8 without a mark.
        'PSUseBOMForUnicodeEncodedFile'
        # The helpers of the tests are short words of their own, called by position.
        'PSAvoidUsingPositionalParameters'
        # The helpers of the tests start and stop what is theirs; nobody is there to be asked.
        'PSUseShouldProcessForStateChangingFunctions'
        # A line for the person who looks at the run.
        'PSAvoidUsingWriteHost'
    )
}
