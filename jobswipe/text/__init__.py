"""Text: HTML to readable text, language, tokens; shared by postings, resumes and skills."""
