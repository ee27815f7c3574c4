"""What is a skill's name in a text and what only looks like one."""

from __future__ import annotations

import pytest

from jobswipe.skills import extract

PYTHON, JAVA = "Python (computer programming)", "Java (computer programming)"


def names(text: str) -> set[str]:
    return {skill.name for skill in extract(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We run everything on k8s.", "Kubernetes"),
        ("Solid NodeJS needed", "Node.js"),
        ("Solid Node.js needed", "Node.js"),
        ("ReactJS or similar", "React"),
        ("You apply machine-learning daily", "machine learning"),
        ("You apply machine learning daily", "machine learning"),
        ("Our store is postgres", "PostgreSQL"),
        ("Golang services", "Go"),
        ("experience with Go", "Go"),
        ("Go developer", "Go"),
        ("C, C++ and Fortran", "C"),
        ("C/C++", "C++"),
        ("C# in Visual Studio", "C#"),
        (".NET Core services", "Microsoft .NET Framework"),
        ("services in .NET.", "Microsoft .NET Framework"),
        ("R, Python", "R"),
        ("Python or R", "R"),
        ("R programming", "R"),
        ("experience in R.", "R"),
        ("SQL/R/Python", "R"),
        ("proficient in Excel", "Microsoft Excel"),
        ("Word, Excel, PowerPoint", "Microsoft Word"),
        ("CI/CD pipelines", "CI/CD"),
        ("AWS or GCP", "Google Cloud Platform"),
        ("microservices", "Microservices"),
        ("micro-services", "Microservices"),
        ("micro services", "Microservices"),
        ("LLMs in production", "Large language models"),
        ("a RAG system", "Retrieval-augmented generation"),
        ("dbt and Snowflake", "dbt"),
        ("SQL, Spark and Kafka", "Apache Spark"),
        ("Chef, Puppet, Ansible", "Chef (tools for software configuration management)"),
        ("US GAAP and IFRS", "US GAAP"),
        ("a valid CDL", "Commercial driving licence"),
        ("forklift certificate", "operate forklift"),
        ("HACCP rules", "apply HACCP"),
        ("phlebotomy experience", "perform venepuncture procedures"),
        ("drawings in AutoCAD", "Autodesk AutoCAD"),
        ("cold calling", "Cold calling"),
        ("Supply-chain management", "supply chain management"),
        ("neural networks", "artificial neural networks"),
        ("fluent in German", "German"),
        ("We use Rust", "Rust"),
        ("Spark, Scala", "Scala"),
        ("Languages: R", "R"),
    ],
)
def test_names_a_skill(text: str, expected: str) -> None:
    assert expected in names(text)


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("cloud storage and rags", "Retrieval-augmented generation"),
        ("a go-getter", "Go"),
        ("Go-getter wanted", "Go"),
        ("ready to go", "Go"),
        ("our go to market plan", "Go"),
        ("Go-to-market experience", "Go"),
        ("Let's Go!", "Go"),
        ("R&D in Paris", "R"),
        ("ask R. Miller", "R"),
        ("an R rating", "R"),
        ("Series C funding", "C"),
        ("C-level contacts", "C"),
        ("Vitamin C and D", "C"),
        ("C++ only", "C"),
        ("C# only", "C"),
        ("JavaScript only", JAVA),
        ("Javanese dances", JAVA),
        ("you excel at selling", "Microsoft Excel"),
        ("Excel in a growing company", "Microsoft Excel"),
        ("a swift answer", "Swift (computer programming)"),
        ("Swift decisions are made", "Swift (computer programming)"),
        ("rust on metal", "Rust"),
        ("spark joy", "Apache Spark"),
        ("Access to a doctor", "Microsoft Access"),
        ("a positive outlook", "Microsoft Outlook"),
        ("a word of thanks", "Microsoft Word"),
        ("Express your ideas", "Express.js"),
        ("chef de partie", "Chef (tools for software configuration management)"),
        ("Monday to Friday", "Monday.com"),
        ("Teams work closely", "Microsoft Teams"),
        ("a linear path", "Linear"),
        ("reacting quickly", "React"),
        ("React quickly to changes", "React"),
        ("take a rest", "REST API"),
        ("cut some slack", "Slack"),
        ("a lean company", "lean manufacturing"),
        ("no notion of time", "Notion"),
        ("Spring 2027 intake", "Spring Framework"),
        ("sales, activities and more", "sales activities"),
        ("data\nscience", "data science"),
        ("scalable", "Scala"),
        ("B, C, D", "C"),
        ("We use Access Control lists", "Microsoft Access"),
        ("sapling", "SAP software"),
        ("he will aid you", "principles of artificial intelligence"),
    ],
)
def test_is_no_skill(text: str, unwanted: str) -> None:
    assert unwanted not in names(text)


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "We are a team. Great business, work, company, benefits and art.", "日本語", "́"]
)
def test_names_nothing(text: str) -> None:
    assert extract(text) == []


def test_tells_java_from_javascript_in_one_text() -> None:
    found = {skill.name: skill.quote for skill in extract("JavaScript first, Java second")}
    assert found == {"JavaScript": "JavaScript", JAVA: "Java"}


def test_takes_the_longest_name() -> None:
    assert names("React Native apps") == {"React Native"}


def test_a_longer_name_that_breaks_off_hides_no_other() -> None:
    # What begins one of ESCO's longer names ("use r...") may hold the beginning of another name.
    assert names("You use Ruby on Rails") == {"Ruby on Rails"}
    assert names("deep learning Terraform") == {"deep learning", "IBM Terraform"}


def test_falls_back_to_the_shorter_name_when_the_words_are_apart() -> None:
    assert names("Python, Java,SQL;Docker(Kubernetes)") == {PYTHON, JAVA, "SQL", "Docker", "Kubernetes"}


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("İİİ Python ß Docker", {"Python", "Docker"}),
        ("ﬁrst: Ｐython, Kubernetes", {"Ｐython", "Kubernetes"}),
        ("e\u0301e\u0301 — SQL… “Figma”", {"SQL", "Figma"}),
        ("🎉🎉 Terraform 👩‍💻 AWS", {"Terraform", "AWS"}),
        ("supply\u2011chain management", {"supply\u2011chain management"}),
        ("\x00Tableau\u200b", {"Tableau"}),
    ],
)
def test_quotes_are_exact_where_lower_case_changes_lengths(text: str, quotes: set[str]) -> None:
    assert {skill.quote for skill in extract(text)} == quotes


def test_each_concept_once_with_its_first_quote() -> None:
    found = [skill for skill in extract("k8s, then Kubernetes, then K8s") if skill.name == "Kubernetes"]
    assert [skill.quote for skill in found] == ["k8s"]


def test_tools_come_before_general_skills_and_early_before_late() -> None:
    text = "Communication skills.\nTerraform is a must.\n" + "We like people. " * 20 + "\nDocker is a plus."
    assert [skill.name for skill in extract(text)] == ["IBM Terraform", "Docker", "communication"]


def test_what_is_named_again_and_again_comes_first() -> None:
    assert extract("Docker and Terraform. Terraform. Terraform. Terraform.")[0].name == "IBM Terraform"
